import { createHash } from "node:crypto";
import tldts from "tldts/package.json" with { type: "json" };
import { expect, it } from "vitest";
import { keyVersion, normalizeUrl } from "../../../../shared/links/normalize-url.ts";
import { collections } from "../../../../shared/links/rules/collections.ts";
import { exceptionHosts } from "../../../../shared/links/rules/exception-hosts.ts";
import { fileHosts } from "../../../../shared/links/rules/file-pages.ts";
import { fragmentHosts } from "../../../../shared/links/rules/fragment-hosts.ts";
import { hashbangHosts } from "../../../../shared/links/rules/hashbang-hosts.ts";
import { hostAliases } from "../../../../shared/links/rules/host-aliases.ts";
import { hostParameters } from "../../../../shared/links/rules/host-parameters.ts";
import { hostsWithoutAmp } from "../../../../shared/links/rules/hosts-without-amp.ts";
import { ampFolderHosts, trackingSegments } from "../../../../shared/links/rules/path-segments.ts";
import { mobileLabels, strippedLabels } from "../../../../shared/links/rules/stripped-labels.ts";
import { keyOnlyNames, trackingNames } from "../../../../shared/links/rules/tracking-names.ts";
import { valueGuards } from "../../../../shared/links/rules/value-guards.ts";
import { valueShapes } from "../../../../shared/links/rules/value-shapes.ts";
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
  2: "a7b974ce8f09906afe58e45fb23a040400281fdcc6a69d6f33a66c9b8e2b1ec4",
};

const wrapped = encodeURIComponent("https://a.org/b?c=1");

/** A value of each shape. */
const shaped = {
  token: "abcdefghijk1",
  session: "abcdefghijklmnopqrstuvwxy1",
  hash: "0123456789abcdef0123456789abcdef",
  letters: "abcdefghijklmnopqrstuvwx",
  number: "123456",
  cftoken: "12345678",
  hex12: "0123456789ab",
  hex24: "0123456789abcdef01234567",
  base36: "1a2b3",
} as const;

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
    ...wrappers.flatMap((entry) =>
      "parameters" in entry
        ? entry.parameters.flatMap((name) =>
            on(entry.hosts, `${"path" in entry ? entry.path : entry.below}?${name}=${wrapped}`),
          )
        : entry.paths.flatMap((path) => on(entry.hosts, `${path}a.org/${entry.name}`)),
    ),
    ...fragmentHosts.flatMap((entry) =>
      ("paths" in entry ? entry.paths : ["/"]).flatMap((path) =>
        ("parameters" in entry ? entry.parameters : ["a"]).flatMap((name) =>
          on(entry.hosts, `${path}#${name}=1`),
        ),
      ),
    ),
    ...on(hashbangHosts, "/#!/a"),
    ...collections.map((name) => `https://a.org/b/${name}/amp`),
    ...strippedLabels.map((label) => `https://${label}.a.org/b`),
    ...mobileLabels.flatMap(({ hosts, label }) =>
      hosts.map((host) => `https://en.${label}.${host}/a`),
    ),
    ...trackingSegments.flatMap(({ hosts, prefix }) => on(hosts, `/a/${prefix}b/c`)),
    ...on(ampFolderHosts, "/a/amp/b"),
    ...keyOnlyNames.map(({ name }) => `https://a.org/?${name}=1&a=1`),
    ...valueShapes.flatMap((entry) =>
      entry.names.flatMap((name) => {
        const value = shaped[entry.shape];
        const besides = "beside" in entry ? entry.beside : ["b"];
        return besides.flatMap((beside) => [
          `https://a.org/?${name.replace("*", "abcdefgh")}=${value}&${beside}=1`,
          `https://a.org/${beside}/1/${name}/${value}/c`,
        ]);
      }),
    ),
    ...on(hostsWithoutAmp, "/a-b-c/amp"),
    ...fileHosts.flatMap(({ hosts }) => on(hosts, "/wiki/index.html")),
    ...on(exceptionHosts, "/?utm_source=a"),
  ];
}
