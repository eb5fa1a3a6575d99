import { expect, test } from "vitest";
import { explainDuckdbError } from "../../../local-cloud/bigquery/explain-duckdb-error.ts";

const conflict = "Could not serialize access to table due to concurrent update";

test.each([
  [
    'TransactionContext Error: Conflict on update!\nThe rows of table "t" changed',
    "invalidQuery",
    conflict,
  ],
  [
    'TransactionContext Error: Catalog write-write conflict on alter with "t"',
    "invalidQuery",
    conflict,
  ],
  [
    'TransactionContext Error: Failed to commit: write-write conflict on key: "a"',
    "invalidQuery",
    conflict,
  ],
  [
    "TransactionContext Error: Failed to commit: Could not write all bytes to file: No space left",
    "internalError",
    "TransactionContext Error: Failed to commit: Could not write all bytes to file: No space left",
  ],
  [
    'IO Error: Could not write file "w.duckdb"',
    "internalError",
    'IO Error: Could not write file "w.duckdb"',
  ],
])("%s", (told, reason, message) => {
  expect(explainDuckdbError(new Error(told))).toMatchObject({ reason, message });
});
