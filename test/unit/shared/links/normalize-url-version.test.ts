import { createHash } from "node:crypto";
import tldts from "tldts/package.json" with { type: "json" };
import { expect, it } from "vitest";
import { keyVersion, normalizeUrl } from "../../../../shared/links/normalize-url.ts";
import { exceptionHosts } from "../../../../shared/links/rules/exception-hosts.ts";
import { fragmentHosts } from "../../../../shared/links/rules/fragment-hosts.ts";
import { hostAliases } from "../../../../shared/links/rules/host-aliases.ts";
import { hostParameters } from "../../../../shared/links/rules/host-parameters.ts";
import { hostsWithoutAmp } from "../../../../shared/links/rules/hosts-without-amp.ts";
import { trackingNames } from "../../../../shared/links/rules/tracking-names.ts";
import { valueGuards } from "../../../../shared/links/rules/value-guards.ts";
import { wrappers } from "../../../../shared/links/rules/wrappers.ts";
import { urlKinds } from "../../../conformance/url-kinds.ts";
import { policyTable } from "../../../conformance/url-policy-table.ts";

// Keys depend on IDNA, whose tables are those of Node's Unicode version, and on the public-suffix
// list (tldts). When this test fails, one of them has moved: compare the keys of real links, and
// raise `keyVersion` if any changed, before the new versions are written here.
it("the key version stands for these versions of Unicode and of the public-suffix list", () => {
  const { unicode } = process.versions;
  expect({ keyVersion, unicode, tldts: tldts.version }).toEqual({
    keyVersion: 2,
    unicode: "17.0",
    tldts: "7.5.4",
  });
});

// When this test fails, a rule or an example has changed. Before anyone has keys of this version, the new hash is
// written here; afterwards `keyVersion` is raised and gets a line of its own.
it("the key version stands for these keys", () => {
  const keys = corpus().map((link) => {
    const result = normalizeUrl(link);
    return "ignored" in result ? result.ignored : result.urlKey;
  });
  expect(keys.length).toBeGreaterThan(1000);
  const hash = createHash("sha256").update(keys.join("\n")).digest("hex");
  expect(hashes[keyVersion]).toBe(hash);
});

/** The hash of the keys of the corpus, by key version. */
const hashes: Record<number, string> = {
  2: "0ad01228cd93f558ab0774c95e6455ffc1af9408b842246442ea8418778c36e5",
};

/** The links of the policy's examples, and one for each rule that is a line in a table. */
function corpus(): string[] {
  const on = (hosts: readonly string[], rest: string) =>
    hosts.map((host) => `https://${host.replace(".*", ".com")}${rest}`);
  return [
    ...policyTable.flatMap(({ rows }) => rows.map(({ input }) => input)),
    ...urlKinds.flatMap(({ same, apart }) => [...same, ...apart].flat()),
    ...trackingNames.flatMap(({ names }) => names.map((name) => `https://a.org/${name}?${name}=1`)),
    ...valueGuards.flatMap(({ name, values }) =>
      values.map((value) => `https://a.org/${name}?${name}=${value}&a=${value}`),
    ),
    ...hostParameters.flatMap((entry) =>
      [...entry.names, ...("shares" in entry ? entry.shares : [])].flatMap((name) =>
        on(entry.hosts, `/${name}?${name}=1`),
      ),
    ),
    ...hostAliases.flatMap(({ from }) => on(from, "/a")),
    ...wrappers.flatMap(({ hosts, name }) => on(hosts, `/${name}`)),
    ...fragmentHosts.flatMap(({ hosts }) => on(hosts, "/#a=1")),
    ...on(hostsWithoutAmp, "/a-b-c/amp"),
    ...on(exceptionHosts, "/?utm_source=a"),
  ];
}
