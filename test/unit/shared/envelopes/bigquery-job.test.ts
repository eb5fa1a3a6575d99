import { expect, test } from "vitest";
import { parseJob } from "../../../../shared/envelopes/bigquery-job.ts";

const done = { state: "DONE" };

test.each([
  [
    "billed, and exported rows",
    {
      status: done,
      statistics: {
        query: { totalBytesBilled: "10485760", exportDataStatistics: { rowCount: "1201" } },
      },
    },
    { bytesBilled: 10_485_760, exportedRows: 1_201 },
  ],
  [
    "billed, and exported none",
    { status: done, statistics: { query: { totalBytesBilled: "10485760" } } },
    { bytesBilled: 10_485_760, exportedRows: undefined },
  ],
  [
    "exported rows for nothing",
    { status: done, statistics: { query: { exportDataStatistics: { rowCount: "3" } } } },
    { bytesBilled: 0, exportedRows: 3 },
  ],
  ["was no query", { status: done, statistics: {} }, { bytesBilled: 0, exportedRows: undefined }],
  ["says nothing of itself", { status: done }, { bytesBilled: 0, exportedRows: undefined }],
])("a job that %s", (_, metadata, expected) => {
  expect(parseJob(metadata)).toEqual(expected);
});

test.each([
  [{ reason: "invalidQuery", message: "Unrecognized name: ca at [1:8]" }, /^Unrecognized name: ca/],
  [{ reason: "internalError" }, /^the query failed$/],
])("a job that failed with %j throws what BigQuery says", (errorResult, message) => {
  expect(() => parseJob({ status: { ...done, errorResult } })).toThrow(message);
});

test("what is no job is none", () => {
  expect(() => parseJob({})).toThrow("status");
});
