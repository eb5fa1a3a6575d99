import { describe, expect, test } from "vitest";
import { exportSql, parseExportOptions } from "../../../../terraform/operate/export.ts";

const sqlOf = (...args: string[]) => {
  const options = parseExportOptions(args);
  if (options === undefined) throw new Error("help");
  return exportSql(options, {
    dataset: "hourtally",
    uri: "gs://lake/exports/x/20260102T030405.678Z/*",
  });
};

describe("npm run export", () => {
  test("writes a view as Parquet", () => {
    expect(sqlOf("reaction_graph")).toBe(
      [
        "EXPORT DATA OPTIONS (uri = 'gs://lake/exports/x/20260102T030405.678Z/*.parquet', format = 'PARQUET', compression = 'SNAPPY')",
        "AS SELECT * FROM `hourtally.reaction_graph`",
      ].join("\n"),
    );
  });

  test("writes some rows of a table function as CSV", () => {
    expect(sqlOf("turnstile_lines(5)", "--format", "csv", "--where", "UNIT = 'R001'")).toBe(
      [
        "EXPORT DATA OPTIONS (uri = 'gs://lake/exports/x/20260102T030405.678Z/*.csv.gz', format = 'CSV', header = TRUE, compression = 'GZIP')",
        "AS SELECT * FROM `hourtally.turnstile_lines`(5)",
        "WHERE UNIT = 'R001'",
      ].join("\n"),
    );
  });

  test("quotes what stands in the address of its files", () => {
    const options = parseExportOptions(["posts"]);
    if (options === undefined) throw new Error("help");
    expect(exportSql(options, { dataset: "d", uri: "gs://lake/it's/*" })).toContain(
      "OPTIONS (uri = 'gs://lake/it\\'s/*.parquet', format",
    );
  });

  test("helps", () => {
    expect(parseExportOptions(["--help"])).toBeUndefined();
  });

  test.each([
    [[], "name one table, view or table function"],
    [["posts", "tombstones"], "name one table, view or table function"],
    [["graph"], "graph: no table, view or table function that is known"],
    [["posts(1)"], "posts(1): no table, view or table function that is known"],
    [["posts; DROP TABLE posts"], "no table, view or table function that is known"],
    [["turnstile_lines"], "turnstile_lines: it takes (length_minutes INT64)"],
    [["turnstile_lines(5); SELECT (6)"], "no table, view or table function that is known"],
    [["turnstile_lines(5); x"], "no table, view or table function that is known"],
    [["posts", "--format", "orc"], "--format orc: must be parquet or csv"],
    [["posts", "--from", "x"], "--from"],
  ])("refuses %j", (args, message) => {
    expect(() => parseExportOptions(args)).toThrow(message);
  });
});
