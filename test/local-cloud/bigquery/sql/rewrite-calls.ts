import { BigqueryError } from "../bigquery-error.ts";
import { applyEdits, type Edit } from "./apply-edits.ts";
import { convertTimeFormat } from "./convert-time-format.ts";
import { googleSqlFunctions } from "./define-macros.ts";
import { quoteString, type SqlToken, scanSql } from "./scan-sql.ts";

/**
 * Rewrites what the translator gets wrong, call by call, and refuses every function that is not
 * known to mean the same on both sides.
 *
 * Names must be in backticks already; `isRecordList` tells whether a column or field of that name
 * is a list of records. Throws `notImplemented` for anything else.
 */
export function rewriteCalls(sql: string, isRecordList: (name: string) => boolean): string {
  const tokens = scanSql(sql);
  const partners = matchBrackets(tokens);
  const edits: Edit[] = [];
  const context: Context = { sql, tokens, partners, edits, isRecordList };
  refuseClauses(tokens);
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "number") rewriteNumber(context, index);
    if (token.text === "[") rewriteSubscript(context, index);
    if (token.kind === "quoted" && tokens[index + 1]?.text === "(")
      refuseQualifiedCall(tokens, index);
    if (token.kind !== "word") continue;
    const next = tokens[index + 1];
    if (next?.text === "(") rewriteCall(context, index);
    if (token.upper === "INTERVAL") rewriteInterval(context, index);
    if (token.upper === "LIKE" && next?.kind === "string" && next.value.includes("\\")) {
      throw notImplemented("LIKE with a backslash");
    }
    const literal = typedLiterals[token.upper];
    if (literal !== undefined && next?.kind === "string") {
      replace(context, index, "CAST(");
      insert(context, next.end, ` AS ${literal})`);
    }
    if (["ARRAY", "STRUCT"].includes(token.upper) && next?.text === "<") {
      rewriteTypes(context, index + 2, closingAngle(tokens, index + 1));
    }
  }
  return applyEdits(sql, edits);
}

type Context = {
  sql: string;
  tokens: readonly SqlToken[];
  partners: ReadonlyMap<number, number>;
  edits: Edit[];
  isRecordList: (name: string) => boolean;
};

/** Words before a parenthesis that call nothing. */
const syntax = new Set(
  `ALL AND ARRAY AS BETWEEN BY CASE CUBE DISTINCT ELSE EXCEPT EXISTS FROM HAVING IN INSERT INTERSECT
   INTERVAL INTO IS JOIN LIKE LIMIT NOT NUMERIC OFFSET ON OR ORDINAL OVER PARTITION QUALIFY RETURN
   ROLLUP SAFE_OFFSET SAFE_ORDINAL SELECT SET SETS STRUCT THEN UNION USING VALUES WHEN WHERE WITH`
    .trim()
    .split(/\s+/),
);

/** Functions that the translator and DuckDB get right as they are. */
const faithful = new Set(
  `ABS ANY_VALUE APPROX_COUNT_DISTINCT APPROX_QUANTILES ARRAY_AGG ARRAY_CONCAT ARRAY_TO_STRING AVG
   BIT_AND BIT_OR BIT_XOR CAST CEIL CEILING CHR COALESCE CONCAT CORR COUNT COUNTIF COVAR_POP
   COVAR_SAMP CUME_DIST CURRENT_DATE CURRENT_TIMESTAMP DATETIME_ADD DATETIME_SUB DATE_ADD DATE_SUB
   DENSE_RANK ENDS_WITH ERROR EXP EXTRACT FIRST_VALUE FLOOR FROM_BASE64 GENERATE_DATE_ARRAY
   GENERATE_TIMESTAMP_ARRAY GENERATE_UUID GREATEST IF IFNULL INSTR LAG LAST_VALUE LEAD LEAST
   LEFT LN LOG LOG10 LOGICAL_AND LOGICAL_OR LOWER LTRIM MAX MAX_BY MIN MIN_BY NTH_VALUE
   NTILE NULLIF PERCENTILE_CONT PERCENT_RANK POW POWER RAND RANK REPEAT REPLACE
   REVERSE RIGHT ROUND ROW_NUMBER RTRIM SAFE_CAST SAFE_DIVIDE SIGN SPLIT SQRT STARTS_WITH STDDEV
   STDDEV_POP STDDEV_SAMP STRING STRING_AGG STRPOS SUM TIMESTAMP_ADD TIMESTAMP_SUB
   TO_BASE64 TRIM TRUNC UNIX_DATE UNNEST UPPER VARIANCE VAR_POP VAR_SAMP`
    .trim()
    .split(/\s+/),
);

/** How many arguments are understood, where more mean something else. */
const mostArguments: Record<string, number> = { INSTR: 2, STRING: 1 };

/** Types whose literals DuckDB reads as another: a TIMESTAMP has a time zone in GoogleSQL. */
const typedLiterals: Record<string, string> = {
  NUMERIC: "BQ_NUMERIC",
  TIMESTAMP: "BQ_TIMESTAMP",
};

const synonyms: Record<string, string> = { CHARACTER_LENGTH: "CHAR_LENGTH", SUBSTRING: "SUBSTR" };

const truncations = ["YEAR", "QUARTER", "MONTH", "ISOWEEK", "DAY", "HOUR", "MINUTE", "SECOND"];
const unitArguments: Record<string, { at: number; units: readonly string[] }> = {
  DATE_DIFF: { at: 2, units: ["YEAR", "QUARTER", "MONTH", "DAY"] },
  DATE_TRUNC: { at: 1, units: ["YEAR", "QUARTER", "MONTH", "ISOWEEK", "DAY"] },
  DATETIME_DIFF: { at: 2, units: ["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"] },
  DATETIME_TRUNC: { at: 1, units: truncations },
  TIMESTAMP_DIFF: {
    at: 2,
    units: ["DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"],
  },
  TIMESTAMP_TRUNC: { at: 1, units: truncations },
};

const timeUnits = new Set([...truncations, "WEEK", "MILLISECOND", "MICROSECOND"]);

const castMacros: Record<string, string> = {
  BYTES: "bq_to_bytes",
  INT64: "bq_to_int64",
  "SAFE INT64": "bq_to_int64_or_null",
  STRING: "bq_to_string",
};

const extractedAsIs = new Set("YEAR QUARTER MONTH DAY HOUR MINUTE SECOND DAYOFYEAR".split(" "));
const extractedByMacro: Record<string, string> = {
  DATE: "bq_date",
  DAYOFWEEK: "bq_day_of_week",
  ISOWEEK: "bq_iso_week",
  ISOYEAR: "bq_iso_year",
};

function refuseClauses(tokens: readonly SqlToken[]): void {
  const words = new Set(
    tokens.filter((token) => token.kind === "word").map((token) => token.upper),
  );
  for (const clause of ["COLLATE", "PIVOT", "TABLESAMPLE", "UNPIVOT", "MATCH_RECOGNIZE"]) {
    if (words.has(clause)) throw notImplemented(clause);
  }
  if (words.has("QUALIFY") && words.has("WINDOW")) throw notImplemented("QUALIFY beside WINDOW");
  const valueTable = tokens.some(
    (token, index) =>
      token.upper === "VALUE" && token.kind === "word" && tokens[index - 1]?.upper === "AS",
  );
  if (valueTable) throw notImplemented("SELECT AS VALUE");
}

function rewriteCall(context: Context, index: number): void {
  const { tokens } = context;
  const name = tokens[index]?.upper ?? "";
  if (tokens[index - 1]?.text === ".") {
    throw notImplemented(`Function ${tokens[index - 2]?.upper ?? ""}.${name}`);
  }
  if (syntax.has(name)) return;
  const own = synonyms[name] ?? name;
  if (own in googleSqlFunctions) replace(context, index, `bq_${own.toLowerCase()}`);
  else if (!faithful.has(name)) throw notImplemented(`Function ${name}`);
  const most = mostArguments[name] ?? Number.POSITIVE_INFINITY;
  if (argumentsOf(context, index).length > most) {
    throw notImplemented(`${name} with more than ${most} argument${most === 1 ? "" : "s"}`);
  }
  const unit = unitArguments[name];
  if (unit) rewriteUnit(context, index, unit);
  if (/^(?:FORMAT|PARSE)_(?:DATE|DATETIME|TIMESTAMP)$/.test(name))
    rewriteTimeFormat(context, index);
  if (name.startsWith("REGEXP_EXTRACT")) rewriteRegexpExtract(context, index);
  if (name === "CAST" || name === "SAFE_CAST") rewriteCast(context, index);
  if (name === "CONCAT") rewriteConcat(context, index);
  if (name === "EXTRACT") rewriteExtract(context, index);
  if (name === "UNNEST") rewriteUnnest(context, index);
  if (name === "ARRAY_AGG" || name === "STRING_AGG") rewriteAggregateLimit(context, index);
  if (name === "DATE_ADD" || name === "DATE_SUB") {
    // DuckDB widens a date plus an interval to a timestamp.
    insert(context, startOf(context, index), "CAST(");
    insert(context, endOf(context, closeOf(context, index + 1)), " AS DATE)");
  }
}

/** `NET.HOST(x)`; a path before a column list, as in INSERT INTO, is none. */
function refuseQualifiedCall(tokens: readonly SqlToken[], index: number): void {
  let first = index;
  while (tokens[first - 1]?.text === ".") first -= 2;
  if (first === index || ["INSERT", "INTO"].includes(tokens[first - 1]?.upper ?? "")) return;
  const path = tokens.slice(first, index + 1).map((token) => token.text.replaceAll("`", ""));
  throw notImplemented(`Function ${path.join("")}`);
}

function rewriteNumber(context: Context, index: number): void {
  const { tokens } = context;
  const token = tokens[index];
  if (!token || /^0x/i.test(token.text)) return;
  if (token.text.includes(".")) {
    // FLOAT64 in GoogleSQL, DECIMAL in DuckDB.
    if (!/e/i.test(token.text)) insert(context, token.end, token.text.endsWith(".") ? "0e0" : "e0");
    return;
  }
  // INT64 in GoogleSQL, 32 bits in DuckDB: arithmetic on two literals would overflow.
  const arithmetic = /^[-+*/]$/;
  const beside =
    arithmetic.test(tokens[index - 1]?.text ?? "") ||
    arithmetic.test(tokens[index + 1]?.text ?? "");
  if (beside && token.text.length < 19 && tokens[index - 2]?.upper !== "INTERVAL") {
    replace(context, index, `CAST(${token.text} AS INT64)`);
  }
}

function rewriteSubscript(context: Context, index: number): void {
  const { tokens } = context;
  const before = tokens[index - 1];
  const subscript = before?.kind === "quoted" || before?.text === ")" || before?.text === "]";
  if (!subscript) return;
  const close = closeOf(context, index);
  const first = tokens[index + 1];
  if (first?.kind === "string") throw notImplemented("Access to JSON by subscript");
  const accessor = ["OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL"].includes(
    first?.upper ?? "",
  );
  if (accessor && tokens[index + 2]?.text === "(") {
    replace(context, index + 1, `bq_${first?.text.toLowerCase() ?? ""}`);
    return;
  }
  insert(context, endOf(context, index), "bq_offset(");
  insert(context, startOf(context, close), ")");
}

function rewriteInterval(context: Context, index: number): void {
  const { tokens } = context;
  const first = tokens[index + 1];
  if (!first || first.kind === "number" || first.kind === "string" || first.text === "(") return;
  let end = index + 1;
  while (end < tokens.length && !timeUnits.has(tokens[end]?.upper ?? "")) {
    end = (context.partners.get(end) ?? end) + 1;
  }
  insert(context, first.start, "(");
  insert(context, endOf(context, end - 1), ")");
}

function rewriteUnit(
  context: Context,
  index: number,
  unit: { at: number; units: readonly string[] },
): void {
  const [from, to] = argumentsOf(context, index)[unit.at] ?? [0, 0];
  const written = context.tokens[from]?.upper.replaceAll("`", "") ?? "";
  if (to !== from + 1 || !unit.units.includes(written)) {
    const name = context.tokens[index]?.upper ?? "";
    throw notImplemented(`${name} by ${textOf(context, from, to)}`);
  }
  replace(context, from, written === "ISOWEEK" ? "'week'" : `'${written.toLowerCase()}'`);
}

function rewriteTimeFormat(context: Context, index: number): void {
  const name = context.tokens[index]?.upper ?? "";
  const given = argumentsOf(context, index);
  const [from, to] = given[0] ?? [0, 0];
  const format = context.tokens[from];
  if (given.length !== 2 || to !== from + 1 || format?.kind !== "string") {
    throw notImplemented(`${name} with a time zone or a computed format`);
  }
  const converted = convertTimeFormat(format.value, name.startsWith("PARSE"));
  if (converted === undefined) throw notImplemented(`${name} with the format ${format.text}`);
  replace(context, from, quoteString(converted));
}

function rewriteRegexpExtract(context: Context, index: number): void {
  const given = argumentsOf(context, index);
  const [from, to] = given[1] ?? [0, 0];
  const pattern = context.tokens[from];
  if (given.length !== 2 || to !== from + 1 || pattern?.kind !== "string") {
    throw notImplemented(
      `${context.tokens[index]?.upper ?? ""} with a computed pattern or position`,
    );
  }
  const groups = [...pattern.value.replace(/\\./gs, "").matchAll(/\((?!\?(?!P<))/g)].length;
  if (groups > 1) {
    throw new BigqueryError(
      "invalidQuery",
      "Regular expressions passed into extraction functions must not have more than 1 capturing group",
    );
  }
  insert(context, pattern.end, `, ${groups}`);
}

function rewriteCast(context: Context, index: number): void {
  const { tokens, partners } = context;
  const close = closeOf(context, index + 1);
  let cursor = index + 2;
  while (cursor < close && tokens[cursor]?.upper !== "AS") {
    cursor = (partners.get(cursor) ?? cursor) + 1;
  }
  const type = tokens[cursor + 1]?.upper ?? "";
  const safe = tokens[index]?.upper === "SAFE_CAST";
  const macro = close === cursor + 2 ? castMacros[`${safe ? "SAFE " : ""}${type}`] : undefined;
  if (macro === undefined) {
    rewriteTypes(context, cursor + 1, close);
    return;
  }
  replace(context, index, macro);
  remove(context, cursor, cursor + 1);
}

/** DuckDB's concat passes over NULL. */
function rewriteConcat(context: Context, index: number): void {
  replace(context, index, "");
  const given = argumentsOf(context, index);
  for (const [from, to] of given) {
    insert(context, startOf(context, from), "(");
    insert(context, endOf(context, to - 1), ")");
    if (context.tokens[to]?.text === ",") replace(context, to, " ||");
  }
}

function rewriteTypes(context: Context, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    const token = context.tokens[index];
    if (token?.kind !== "word") continue;
    if (token.upper === "TIMESTAMP") replace(context, index, "BQ_TIMESTAMP");
    if (token.upper === "NUMERIC" || token.upper === "DECIMAL") {
      replace(context, index, "BQ_NUMERIC");
    }
    const refused = [
      "BIGDECIMAL",
      "BIGNUMERIC",
      "FORMAT",
      "GEOGRAPHY",
      "INTERVAL",
      "RANGE",
      "TIME",
    ];
    const nested = ["ARRAY", "STRUCT"].includes(token.upper);
    // Nested types are met again as `ARRAY<` and `STRUCT<`.
    if (nested && context.tokens[index + 1]?.text === "<") return;
    if (refused.includes(token.upper) || context.tokens[index + 1]?.text === "(") {
      throw notImplemented(`Type ${token.upper}`);
    }
  }
}

function rewriteExtract(context: Context, index: number): void {
  const part = context.tokens[index + 2];
  const written = part?.upper.replaceAll("`", "") ?? "";
  const macro = extractedByMacro[written];
  if (macro !== undefined) {
    replace(context, index, macro);
    remove(context, index + 2, index + 3);
  } else if (!extractedAsIs.has(written) || context.tokens[index + 3]?.upper !== "FROM") {
    throw notImplemented(`EXTRACT of ${part?.text ?? "nothing"}`);
  }
}

function rewriteAggregateLimit(context: Context, index: number): void {
  const { tokens, partners } = context;
  const close = closeOf(context, index + 1);
  let limit = index + 2;
  while (limit < close && tokens[limit]?.upper !== "LIMIT")
    limit = (partners.get(limit) ?? limit) + 1;
  if (limit >= close) return;
  const count = tokens[limit + 1];
  const windowed = tokens[close + 1]?.upper === "OVER";
  if (tokens[index]?.upper === "STRING_AGG" || windowed || count?.kind !== "number") {
    throw notImplemented(`LIMIT in this ${tokens[index]?.upper ?? ""}`);
  }
  insert(context, startOf(context, index), "LIST_SLICE(");
  remove(context, limit, limit + 1);
  insert(context, endOf(context, close), `, 1, ${count.text})`);
}

function rewriteUnnest(context: Context, index: number): void {
  const { tokens } = context;
  if (tokens[index - 1]?.upper === "IN") return;
  const close = closeOf(context, index + 1);
  let cursor = close + 1;
  const readAlias = () => {
    if (tokens[cursor]?.upper === "AS") cursor += 1;
    return tokens[cursor]?.kind === "quoted" ? (tokens[cursor++]?.text ?? "") : undefined;
  };
  const alias = readAlias();
  let offset: string | undefined;
  if (tokens[cursor]?.upper === "WITH" && tokens[cursor + 1]?.upper === "OFFSET") {
    cursor += 2;
    offset = readAlias() ?? "`offset`";
  }
  const after = endOf(context, cursor - 1);
  const table = `\`unnest ${index}\``;
  if (offset !== undefined) {
    if (alias === undefined) throw notImplemented("UNNEST WITH OFFSET without an alias");
    replace(context, index, "(SELECT UNNEST(bq_enumerate");
    insert(context, endOf(context, close), `, max_depth => 2)) AS ${table}(${alias}, ${offset})`);
    if (cursor > close + 1) remove(context, close + 1, cursor - 1);
  } else if (alias === undefined || unnestsRecords(context, index, close)) {
    // The members of the elements are in scope under their own names, too.
    insert(context, startOf(context, index), "(SELECT ");
    insert(context, startOf(context, close), ", max_depth => 2");
    insert(context, endOf(context, close), alias === undefined ? `) AS ${table}` : ")");
  }
  const before = tokens[index - 1]?.upper;
  const kind = tokens[index - 2]?.upper;
  const conditioned = ["ON", "USING"].includes(tokens[cursor]?.upper ?? "");
  if (before === "JOIN" && kind !== "CROSS" && !conditioned) insert(context, after, " ON TRUE");
}

function unnestsRecords(context: Context, index: number, close: number): boolean {
  const { tokens } = context;
  // An outer join's missing element must be NULL as a whole, which it is only in a column.
  if (/^(?:FULL|LEFT|OUTER|RIGHT)$/.test(tokens[index - 2]?.upper ?? "")) return false;
  const path = tokens.slice(index + 2, close);
  const simple = path.every((token) => token.kind === "quoted" || token.text === ".");
  return simple && context.isRecordList(path.at(-1)?.text.replaceAll("`", "") ?? "");
}

function argumentsOf(context: Context, index: number): [from: number, to: number][] {
  const { tokens, partners } = context;
  const close = closeOf(context, index + 1);
  const ranges: [number, number][] = [];
  let from = index + 2;
  let cursor = from;
  while (cursor <= close) {
    if (cursor === close || tokens[cursor]?.text === ",") {
      if (cursor > from) ranges.push([from, cursor]);
      from = cursor + 1;
    }
    cursor = cursor === close ? cursor + 1 : (partners.get(cursor) ?? cursor) + 1;
  }
  return ranges;
}

function matchBrackets(tokens: readonly SqlToken[]): Map<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "symbol") continue;
    if (token.text === "(" || token.text === "[") open.push(index);
    if (token.text === ")" || token.text === "]") {
      const start = open.pop();
      if (start !== undefined) partners.set(start, index);
    }
  }
  return partners;
}

function closingAngle(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    if (tokens[index]?.text === "<") depth += 1;
    if (tokens[index]?.text === ">") depth -= 1;
    if (depth === 0) return index;
  }
  return tokens.length;
}

function closeOf(context: Context, open: number): number {
  const close = context.partners.get(open);
  if (close !== undefined) return close;
  throw new BigqueryError(
    "invalidQuery",
    `Syntax error: Unclosed ${context.tokens[open]?.text ?? "("}`,
  );
}

function startOf(context: Context, index: number): number {
  return context.tokens[index]?.start ?? context.sql.length;
}

function endOf(context: Context, index: number): number {
  return context.tokens[index]?.end ?? context.sql.length;
}

function textOf(context: Context, from: number, to: number): string {
  return context.sql.slice(startOf(context, from), endOf(context, to - 1));
}

function replace(context: Context, index: number, text: string): void {
  context.edits.push({ start: startOf(context, index), end: endOf(context, index), text });
}

function remove(context: Context, first: number, last: number): void {
  context.edits.push({ start: startOf(context, first), end: endOf(context, last), text: "" });
}

function insert(context: Context, at: number, text: string): void {
  context.edits.push({ start: at, end: at, text });
}

function notImplemented(what: string): BigqueryError {
  return new BigqueryError("notImplemented", `${what} is not implemented by the local BigQuery`);
}
