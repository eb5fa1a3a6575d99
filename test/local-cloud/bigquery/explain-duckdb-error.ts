import { BigqueryError } from "./bigquery-error.ts";

/** Engine failures that are no fault of the query. */
const internal =
  /^(?:(?:FATAL|INTERNAL|IO|Out of Memory|Permission) Error|TransactionContext Error: Failed to commit(?!.*conflict))/;

const wordings: [RegExp, (match: RegExpExecArray) => string][] = [
  [/Referenced (?:column|table) "([^"]+)" not found/, ([, name]) => `Unrecognized name: ${name}`],
  [
    /(?:Table|Values list) "([^"]+)" does not have a column named "([^"]+)"/,
    ([, table, name]) => `Name ${name} not found inside ${table}`,
  ],
  [
    /Could not find key "([^"]+)" in struct/,
    ([, name]) => `Field name ${name} does not exist in STRUCT`,
  ],
  [
    /Ambiguous reference to column name "([^"]+)"/,
    ([, name]) => `Column name ${name} is ambiguous`,
  ],
  [
    /column "([^"]+)" must appear in the GROUP BY clause/,
    ([, name]) =>
      `SELECT list expression references column ${name} which is neither grouped nor aggregated`,
  ],
  [
    /NOT NULL constraint failed: \S*?\.(\w+)$/m,
    ([, name]) => `Required field ${name} cannot be null`,
  ],
  [
    /Conflict on|[Tt]ransaction conflict|write-write conflict/,
    () => "Could not serialize access to table due to concurrent update",
  ],
];

/** Says a DuckDB failure in BigQuery's words; what is no failure of a query is passed on as it is. */
export function explainDuckdbError(error: unknown): Error {
  if (error instanceof BigqueryError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  const { message } = error;
  if (internal.test(message)) {
    return new BigqueryError("internalError", message.split("\n")[0] ?? message, { cause: error });
  }
  for (const [pattern, say] of wordings) {
    const match = pattern.exec(message);
    if (match) return new BigqueryError("invalidQuery", say(match), { cause: error });
  }
  const plain = (message.split("\n")[0] ?? message).replace(/^[\w ]+ Error: /, "");
  const unsupported = /not implemented|not supported|^Not implemented/i.test(message);
  return new BigqueryError(unsupported ? "notImplemented" : "invalidQuery", plain, {
    cause: error,
  });
}
