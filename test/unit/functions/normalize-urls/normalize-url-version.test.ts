import tldts from "tldts/package.json" with { type: "json" };
import { expect, it } from "vitest";
import { keyVersion } from "../../../../functions/normalize-urls/normalize-url.ts";

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
