import { BigqueryError } from "../bigquery-error.ts";

/** ` at [line:column]`, as BigQuery ends its refusals of a text. */
function writePlace(sql: string, place: number): string {
  const before = sql.slice(0, place).split("\n");
  const column = Array.from(before.at(-1) ?? "").length + 1;
  return ` at [${before.length}:${column}]`;
}

/** An `invalidQuery` about the grammar, with its place. */
export function syntaxError(sql: string, place: number, problem: string): BigqueryError {
  return placeError(sql, place, `Syntax error: ${problem}`);
}

/** An `invalidQuery` about the meaning, with its place. */
export function placeError(sql: string, place: number, problem: string): BigqueryError {
  return new BigqueryError("invalidQuery", problem + writePlace(sql, place));
}

/** A 501 for what BigQuery understands and this one does not. */
export function notImplemented(what: string): BigqueryError {
  return new BigqueryError("notImplemented", `${what} is not implemented by the local BigQuery`);
}
