import { BigqueryError } from "./bigquery-error.ts";

/** Engine failures that are no fault of the query. */
const internal =
  /^(?:(?:FATAL|INTERNAL|IO|Out of Memory|Permission) Error|TransactionContext Error: Failed to commit(?!.*conflict))/;

const wordings: [RegExp, (match: RegExpExecArray) => string][] = [
  [/Overflow in \w+ of INT64 \((.+)\)!/, ([, operation]) => `int64 overflow: ${operation}`],
  [/Overflow on abs\((-?\d+)\)/, ([, value]) => `int64 overflow: -${value}`],
  [
    /Overflow in negation|value is out of range for the destination type INT64/,
    () => "int64 overflow",
  ],
  [
    /Overflow in \w+ of DECIMAL|for the destination type DECIMAL|Could not cast value .* to DECIMAL/,
    () => "numeric overflow",
  ],
  [
    /Date out of range|Timestamp out of range|Overflow in (?:date|timestamp)|Conversion Error: .*out of range/i,
    () => "Date or time overflow",
  ],
  [/Overflow exception|Out of Range Error/, () => "Value out of range"],
  [
    /More than one row returned by a subquery/,
    () => "Scalar subquery produced more than one element",
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

/**
 * Says a DuckDB failure in BigQuery's words; what is no failure of a query is passed on as it is.
 *
 * A statement that was understood and that DuckDB cannot plan is one that this BigQuery does not
 * implement.
 */
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
  // The functions in sql/engine speak for themselves.
  const own = /^Invalid Input Error: (.*)/s.exec(message)?.[1];
  if (own?.endsWith("is not implemented by the local BigQuery")) {
    return new BigqueryError("notImplemented", own, { cause: error });
  }
  if (own !== undefined) return new BigqueryError("invalidQuery", own, { cause: error });
  return new BigqueryError(
    "notImplemented",
    "A construct of this query is not implemented by the local BigQuery",
    { cause: error },
  );
}
