import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createMemoryLanding } from "../support/memory-landing.ts";
import { hasSharedData, sharedDataPath, sharedJson } from "../support/shared-data.ts";

type Verdict = { rows: number; failed?: Record<string, number>; broken?: string };

/**
 * What each verdict of the manifest means here. `broken`: nothing of the object is published, and
 * one failed event says why; `failed`: lines that became failed events beside the rows.
 */
const verdicts: Record<string, { expect: string; is: Verdict }> = {
  "ok.gz": { expect: "100 rows", is: { rows: 100 } },
  "empty.gz": { expect: "poison: not gzip", is: { rows: 0, broken: "truncated-object" } },
  "empty_member.gz": { expect: "0 rows", is: { rows: 0 } },
  "plain_named_gz.gz": { expect: "poison or plain text by policy", is: { rows: 1 } },
  "multi_member_2.gz": { expect: "2 rows (not 1)", is: { rows: 2 } },
  "multi_member_1000.gz": { expect: "1000 rows", is: { rows: 1000 } },
  "trailing_zeros.gz": { expect: "100 rows (zero padding allowed)", is: { rows: 100 } },
  "trailing_garbage.gz": {
    expect: "poison after 100 rows; no partial commit",
    is: { rows: 0, broken: "corrupt-object" },
  },
  ...Object.fromEntries(
    ["minus_1", "minus_2", "minus_4", "minus_8", "minus_10", "half"].map((name) => [
      `trunc_${name}.gz`,
      { expect: "poison; no partial commit", is: { rows: 0, broken: "truncated-object" } },
    ]),
  ),
  "crc_flip.gz": {
    expect: "poison; no partial commit",
    is: { rows: 0, broken: "corrupt-object" },
  },
  "isize_flip.gz": { expect: "poison", is: { rows: 0, broken: "corrupt-object" } },
  "method_bad.gz": { expect: "poison", is: { rows: 0, broken: "corrupt-object" } },
  "flags_reserved.gz": { expect: "poison", is: { rows: 0, broken: "corrupt-object" } },
  "bomb_64MiB.gz": {
    expect: "rejected by output or ratio cap",
    is: { rows: 0, broken: "decompression-bomb" },
  },
  "bomb_256MiB.gz": {
    expect: "rejected by output or ratio cap",
    is: { rows: 0, broken: "decompression-bomb" },
  },
  "bomb_nested2_256MiB.gz.gz": {
    expect: "one level decoded only (inner gzip is not text): poison",
    is: { rows: 0, broken: "unsupported-format" },
  },
  "one_line_64MiB.gz": {
    expect: "line-length cap: poison line, bounded memory",
    is: { rows: 0, failed: { "line-too-long": 1 } },
  },
  "no_final_newline.gz": { expect: "1 row", is: { rows: 1 } },
  "crlf.gz": { expect: "3 rows", is: { rows: 3 } },
  "utf16le_bom.gz": { expect: "poison", is: { rows: 0, broken: "unsupported-format" } },
  "utf8_bom.gz": { expect: "1 row or poison by policy, pinned", is: { rows: 1 } },
  "poison_mid.gz": {
    expect: "99 rows + 1 dead letter",
    is: { rows: 99, failed: { "malformed-json": 1 } },
  },
};

const folder = "bad-input/gzip-made";
const manifest = z.array(z.object({ file: z.string(), expect: z.string() }));

describe.skipIf(!hasSharedData)("gzip objects", () => {
  test("every case of the manifest has its verdict here, word for word", () => {
    const cases = manifest.parse(sharedJson(`${folder}/MANIFEST.json`));
    const pinned = Object.entries(verdicts).map(([file, { expect }]) => ({ file, expect }));
    const byFile = (a: { file: string }, b: { file: string }) => (a.file < b.file ? -1 : 1);

    expect(cases.toSorted(byFile)).toEqual(pinned.sort(byFile));
    const files = readdirSync(sharedDataPath(folder)).filter((name) => name !== "MANIFEST.json");
    expect(files.sort()).toEqual(cases.map(({ file }) => file).sort());
    expect(cases).toHaveLength(27);
  });

  test.each(Object.entries(verdicts))("%s", async (file, { is }) => {
    const bytes = readFileSync(sharedDataPath(`${folder}/${file}`));
    // A chunk for each byte finds what hides at the edges of chunks.
    for (const chunkBytes of bytes.length < 1_000 ? [1, 5, 65_536] : [65_536]) {
      const landing = createMemoryLanding({ chunkBytes });

      const report = await landing.load(`landing/tweets/${file}`, bytes);

      expect(report).toMatchObject({
        outcome: is.broken === undefined ? "loaded" : "failed",
        rows: is.rows,
        failed_by_reason: is.broken === undefined ? (is.failed ?? {}) : { [is.broken]: 1 },
      });
      expect(landing.rows("tweets")).toHaveLength(is.rows);
      const reasons = landing.failed().map(({ reason }) => reason);
      expect(reasons).toEqual(is.broken === undefined ? Object.keys(is.failed ?? {}) : [is.broken]);
    }
  });
});
