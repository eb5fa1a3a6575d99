import { describe, expect, it } from "vitest";
import { normalizeUrl } from "../../../../shared/links/normalize-url.ts";
import { exceptionHosts } from "../../../../shared/links/rules/exception-hosts.ts";
import { fragmentHosts } from "../../../../shared/links/rules/fragment-hosts.ts";
import { hashbangHosts } from "../../../../shared/links/rules/hashbang-hosts.ts";
import { hostAliases } from "../../../../shared/links/rules/host-aliases.ts";
import { hostParameters } from "../../../../shared/links/rules/host-parameters.ts";
import { hostsWithoutAmp } from "../../../../shared/links/rules/hosts-without-amp.ts";
import { platformIdentities } from "../../../../shared/links/rules/platform-identities.ts";
import {
  keyOnlyNames,
  trackingFamily,
  trackingNames,
} from "../../../../shared/links/rules/tracking-names.ts";
import { valueGuards } from "../../../../shared/links/rules/value-guards.ts";
import { valueShapes } from "../../../../shared/links/rules/value-shapes.ts";
import { wrappers } from "../../../../shared/links/rules/wrappers.ts";

const everywhere: readonly string[] = trackingNames.flatMap(({ names }) => names);
const names: string[] = [
  ...everywhere,
  ...keyOnlyNames.map(({ name }) => name),
  ...valueGuards.flatMap(({ name, values }) => [name, ...values]),
  ...valueShapes.flatMap((entry) => [...entry.names, ...("beside" in entry ? entry.beside : [])]),
  ...hostParameters.flatMap((entry) => [
    ...entry.names,
    ...("shares" in entry ? entry.shares : []),
    ...("values" in entry ? entry.values.flatMap(({ name, values }) => [name, ...values]) : []),
  ]),
];
const hosts: string[] = [
  ...exceptionHosts,
  ...hashbangHosts,
  ...hostsWithoutAmp,
  ...hostAliases.flatMap(({ from, to }) => [...from, to]),
  ...fragmentHosts.flatMap((entry) => entry.hosts),
  ...hostParameters.flatMap((entry) => entry.hosts),
  ...platformIdentities.flatMap((entry) => entry.hosts),
  ...wrappers.flatMap((entry) => entry.hosts),
];

describe("the rules", () => {
  it("are in lower case, as they are compared", () => {
    expect([...names, ...hosts].filter((text) => text !== text.toLowerCase())).toEqual([]);
  });

  it("name hosts as keys have them: without www and, but for the old ones, without aliases", () => {
    const old = new Set<string>(hostAliases.flatMap(({ from }) => from));
    const written = hosts.filter((host) => !host.endsWith(".*") && !old.has(host));
    expect(written.filter((host) => normalizeUrl(`https://${host}/`).host !== host)).toEqual([]);
  });

  it("list a tracking name once, and none that a family covers", () => {
    expect(everywhere.filter((name, at) => everywhere.indexOf(name) !== at)).toEqual([]);
    expect(everywhere.filter((name) => name.startsWith(trackingFamily.prefix))).toEqual([]);
  });

  it("say where the tracking names are from", () => {
    const sources = [...trackingNames, ...keyOnlyNames].map(({ source }) => source);
    for (const source of sources) expect(source.length).toBeGreaterThan(10);
  });

  it("do not call an ambiguous name tracking everywhere", () => {
    for (const { name } of valueGuards) expect(everywhere).not.toContain(name);
    for (const { names } of valueShapes) {
      for (const name of names) expect(everywhere).not.toContain(name);
    }
    for (const name of [
      "mbid",
      "ncid",
      "cmpid",
      "cid",
      "ref",
      "source",
      "id",
      "p",
      "q",
      "s",
      "t",
      "v",
      "si",
      "from",
      "tag",
    ]) {
      expect(everywhere).not.toContain(name);
    }
  });
});
