import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createMemoryLanding } from "../support/memory-landing.ts";
import { hasSharedData, sharedDataPath } from "../support/shared-data.ts";

type Class = "row" | "unknown-shape" | "malformed-json" | "invalid-utf8" | "blank";

/** Valid documents that are neither an object nor an array, so that they are no rows. */
const scalars = [
  "y_string_space.json",
  "y_structure_lonely_false.json",
  "y_structure_lonely_int.json",
  "y_structure_lonely_negative_real.json",
  "y_structure_lonely_null.json",
  "y_structure_lonely_string.json",
  "y_structure_lonely_true.json",
  "y_structure_string_empty.json",
];

const blank = ["n_single_space.json", "n_structure_no_data.json"];

const invalidUtf8 = [
  "n_array_a_invalid_utf8.json",
  "n_array_invalid_utf8.json",
  "n_number_invalid-utf-8-in-bigger-int.json",
  "n_number_invalid-utf-8-in-exponent.json",
  "n_number_invalid-utf-8-in-int.json",
  "n_number_real_with_invalid_utf8_after_e.json",
  "n_object_lone_continuation_byte_in_key_and_trailing_comma.json",
  "n_string_invalid-utf-8-in-escape.json",
  "n_string_invalid_utf8_after_escape.json",
  "n_structure_incomplete_UTF8_BOM.json",
  "n_structure_lone-invalid-utf-8.json",
  "n_structure_single_eacute.json",
];

/** What the standard leaves open. */
const open: Record<string, Class> = {
  "i_number_double_huge_neg_exp.json": "row",
  "i_number_huge_exp.json": "row",
  "i_number_neg_int_huge_exp.json": "row",
  "i_number_pos_double_huge_exp.json": "row",
  "i_number_real_neg_overflow.json": "row",
  "i_number_real_pos_overflow.json": "row",
  "i_number_real_underflow.json": "row",
  "i_number_too_big_neg_int.json": "row",
  "i_number_too_big_pos_int.json": "row",
  "i_number_very_big_negative_int.json": "row",
  "i_object_key_lone_2nd_surrogate.json": "row",
  "i_string_1st_surrogate_but_2nd_missing.json": "row",
  "i_string_1st_valid_surrogate_2nd_invalid.json": "row",
  "i_string_UTF-16LE_with_BOM.json": "invalid-utf8",
  "i_string_UTF-8_invalid_sequence.json": "invalid-utf8",
  "i_string_UTF8_surrogate_U+D800.json": "invalid-utf8",
  "i_string_incomplete_surrogate_and_escape_valid.json": "row",
  "i_string_incomplete_surrogate_pair.json": "row",
  "i_string_incomplete_surrogates_escape_valid.json": "row",
  "i_string_invalid_lonely_surrogate.json": "row",
  "i_string_invalid_surrogate.json": "row",
  "i_string_invalid_utf-8.json": "invalid-utf8",
  "i_string_inverted_surrogates_U+1D11E.json": "row",
  "i_string_iso_latin_1.json": "invalid-utf8",
  "i_string_lone_second_surrogate.json": "row",
  "i_string_lone_utf8_continuation_byte.json": "invalid-utf8",
  "i_string_not_in_unicode_range.json": "invalid-utf8",
  "i_string_overlong_sequence_2_bytes.json": "invalid-utf8",
  "i_string_overlong_sequence_6_bytes.json": "invalid-utf8",
  "i_string_overlong_sequence_6_bytes_null.json": "invalid-utf8",
  "i_string_truncated-utf-8.json": "invalid-utf8",
  "i_string_utf16BE_no_BOM.json": "invalid-utf8",
  "i_string_utf16LE_no_BOM.json": "invalid-utf8",
  "i_structure_500_nested_arrays.json": "row",
  // A byte order mark belongs to the beginning of an object, not of a line.
  "i_structure_UTF-8_BOM_empty_object.json": "malformed-json",
};

function classOf(file: string): Class {
  const pinned = open[file];
  if (pinned !== undefined) return pinned;
  if (blank.includes(file)) return "blank";
  if (invalidUtf8.includes(file)) return "invalid-utf8";
  if (file.startsWith("n_")) return "malformed-json";
  return scalars.includes(file) ? "unknown-shape" : "row";
}

const folder = "bad-input/JSONTestSuite/test_parsing";
const files = hasSharedData ? readdirSync(sharedDataPath(folder)).sort() : [];
const contentOf = (file: string) => readFileSync(sharedDataPath(`${folder}/${file}`));
const before = '{"before":1}';
const after = '{"after":1}';

describe.skipIf(!hasSharedData)("JSONTestSuite in an object", () => {
  test("has 318 files: 95 to accept, 188 to refuse, 35 open", () => {
    const starting = (prefix: string) => files.filter((file) => file.startsWith(prefix)).length;

    expect([starting("y_"), starting("n_"), starting("i_")]).toEqual([95, 188, 35]);
    expect(Object.keys(open)).toHaveLength(35);
  });

  test.each(files)("as a line between others: %s", async (file) => {
    const landing = createMemoryLanding({ chunkBytes: 11 });
    const lines = [Buffer.from(`${before}\n`), contentOf(file), Buffer.from(`\n${after}\n`)];

    const report = await landing.load(`landing/tweets/${file}l`, Buffer.concat(lines));

    const expected = classOf(file);
    const found = landing.rows("tweets");
    const reasons = landing.failed().map(({ reason }) => reason);
    expect(report?.outcome).toBe("loaded");
    expect([found[0], found.at(-1)]).toEqual([before, after]);
    expect(found).toHaveLength(expected === "row" ? 3 : 2);
    if (expected === "row" || expected === "blank") expect(reasons).toEqual([]);
    else expect(reasons).toContain(expected);
    // What is no document may fail several times, once for each of its lines.
    if (file.startsWith("y_")) expect(reasons.length).toBeLessThanOrEqual(1);
  });

  test("as documents of their own: all end in rows, failed events or a failed object", async () => {
    for (const file of files) {
      const landing = createMemoryLanding({ chunkBytes: 11 });

      const report = await landing.load(`landing/tweets/${file}`, contentOf(file));

      expect(report, file).toBeDefined();
      expect(landing.failed(), file).toHaveLength(report?.failed ?? -1);
      const isRefused = landing.failed().some(({ reason }) => reason !== "unknown-shape");
      const isArray = file.startsWith("y_array");
      if (isArray) expect(isRefused, file).toBe(false);
      const isEmpty = blank.includes(file) || file === "n_structure_UTF8_BOM_no_data.json";
      if (file.startsWith("n_") && !isEmpty) expect(isRefused, file).toBe(true);
    }
  });
});
