import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { keyVersion } from "../../functions/normalize-tweets/normalize-url.ts";

const packageFile = z.object({
  engines: z.object({ node: z.string() }),
  dependencies: z.object({ tldts: z.string() }),
});

// Keys depend on IDNA (the Node major) and on the public-suffix list (tldts). When this test
// fails, the pins have moved: compare the keys of real links, and raise `keyVersion` if any
// changed, before the new pins are written here.
it("the key version stands for these versions of IDNA and of the public-suffix list", () => {
  const { engines, dependencies } = packageFile.parse(
    JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")),
  );
  expect({ keyVersion, node: engines.node, tldts: dependencies.tldts }).toEqual({
    keyVersion: 1,
    node: ">=24",
    tldts: "7.5.4",
  });
});
