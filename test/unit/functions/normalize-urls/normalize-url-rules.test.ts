import { describe, expect, it } from "vitest";
import { normalizeUrl } from "../../../../functions/normalize-urls/normalize-url.ts";
import { exceptionHosts } from "../../../../functions/normalize-urls/rules/exception-hosts.ts";
import { hashbangHosts } from "../../../../functions/normalize-urls/rules/hashbang-hosts.ts";
import { hostAliases } from "../../../../functions/normalize-urls/rules/host-aliases.ts";
import { hostParameters } from "../../../../functions/normalize-urls/rules/host-parameters.ts";
import { hostsWithoutAmp } from "../../../../functions/normalize-urls/rules/hosts-without-amp.ts";
import { platformIdentities } from "../../../../functions/normalize-urls/rules/platform-identities.ts";
import { sessionShapes } from "../../../../functions/normalize-urls/rules/session-shapes.ts";
import { trackingNames } from "../../../../functions/normalize-urls/rules/tracking-names.ts";
import { trackingPrefixes } from "../../../../functions/normalize-urls/rules/tracking-prefixes.ts";
import { valueGuards } from "../../../../functions/normalize-urls/rules/value-guards.ts";
import { wrappers } from "../../../../functions/normalize-urls/rules/wrappers.ts";

const everywhere: readonly string[] = trackingNames.flatMap(({ names }) => names);
const names: string[] = [
  ...everywhere,
  ...trackingPrefixes.map(({ prefix }) => prefix),
  ...valueGuards.flatMap(({ name, values }) => [name, ...values]),
  ...sessionShapes.flatMap((entry) => entry.names),
  ...hostParameters.flatMap((entry) => entry.names),
];
const hosts: string[] = [
  ...exceptionHosts,
  ...hashbangHosts,
  ...hostsWithoutAmp,
  ...hostAliases.flatMap(({ from, to }) => [...from, to]),
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
    const covered = everywhere.filter((name) =>
      trackingPrefixes.some(({ prefix }) => name.startsWith(prefix)),
    );
    expect(covered).toEqual([]);
  });

  it("have families that end with their only separator", () => {
    for (const { prefix } of trackingPrefixes) expect(prefix).toMatch(/^[a-z]+[_.]$/);
  });

  it("say where the tracking names are from", () => {
    for (const { source } of trackingNames) expect(source.length).toBeGreaterThan(10);
  });

  it("do not call an ambiguous name tracking everywhere", () => {
    for (const { name } of valueGuards) expect(everywhere).not.toContain(name);
    for (const name of ["ref", "source", "id", "p", "q", "s", "t", "v", "si", "from", "tag"]) {
      expect(everywhere).not.toContain(name);
    }
  });
});
