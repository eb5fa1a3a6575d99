import { BigqueryError } from "../bigquery-error.ts";

export type SqlToken = {
  kind: "bytes" | "number" | "parameter" | "quoted" | "string" | "symbol" | "word";
  /** As written; for parameters without the `@`, for words in upper case too in `upper`. */
  text: string;
  upper: string;
  /** The decoded content of a string literal (text) or a bytes literal (Latin-1). */
  value: string;
  start: number;
  end: number;
};

const patterns = [
  ["space", /\s+|#[^\n]*|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ["string", /([rbRB]{0,2})('''|"""|'|")/y],
  ["quoted", /`(?:[^`\\\n]|\\.)+`/y],
  ["number", /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["parameter", /@[A-Za-z_]\w*|@@[\w.]+|\?/y],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["symbol", /[^\s]/uy],
] as const;

/**
 * Splits GoogleSQL into tokens; comments are left out.
 *
 * Offsets count UTF-16 units of `sql`. Throws `invalidQuery` for what cannot be closed.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 */
export function scanSql(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let position = 0;
  while (position < sql.length) {
    const start = position;
    const found = matchAt(sql, start);
    if (!found) throw syntaxError(sql, start, "Illegal input character");
    position = start + found.match[0].length;
    if (found.kind === "space") continue;
    let value = "";
    let kind: SqlToken["kind"] = found.kind;
    if (found.kind === "string") {
      const prefix = (found.match[1] ?? "").toLowerCase();
      const literal = readLiteral(sql, position, found.match[2] ?? "'", prefix.includes("r"));
      if (!literal) throw syntaxError(sql, start, "Unclosed string literal");
      position = literal.end;
      value = literal.value;
      kind = prefix.includes("b") ? "bytes" : "string";
    }
    const text = sql.slice(start, position);
    tokens.push({ kind, text, upper: text.toUpperCase(), value, start, end: position });
  }
  return tokens;
}

/** Writes text as a GoogleSQL string literal, or several where it has a NUL, which ends SQL. */
export function quoteString(value: string): string {
  if (value.includes("\0")) return `(${value.split("\0").map(quoteString).join(" || CHR(0) || ")})`;
  const escapes: Record<string, string> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r" };
  return `'${value.replace(/[\\'\n\r]/g, (character) => escapes[character] ?? character)}'`;
}

/** An `invalidQuery` with the line and column that BigQuery adds. */
function syntaxError(sql: string, offset: number, problem: string): BigqueryError {
  const before = sql.slice(0, offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new BigqueryError(
    "invalidQuery",
    `Syntax error: ${problem} at [${before.length}:${column}]`,
  );
}

function matchAt(sql: string, position: number) {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const match = pattern.exec(sql);
    if (match) return { kind, match };
  }
  return undefined;
}

const simpleEscapes: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function readLiteral(sql: string, from: number, quote: string, raw: boolean) {
  let value = "";
  let position = from;
  while (position < sql.length) {
    if (sql.startsWith(quote, position)) return { value, end: position + quote.length };
    const character = sql[position] ?? "";
    if (character === "\n" && quote.length === 1) return undefined;
    if (character !== "\\") {
      value += character;
      position += 1;
      continue;
    }
    const next = sql[position + 1] ?? "";
    const code = raw
      ? null
      : /^(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(
          sql.slice(position + 1, position + 10),
        );
    const octal = raw ? null : /^[0-3][0-7]{2}/.exec(sql.slice(position + 1, position + 4));
    if (raw) {
      value += character + next;
      position += 2;
    } else if (code) {
      value += String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? "0", 16));
      position += 1 + code[0].length;
    } else if (octal) {
      value += String.fromCodePoint(Number.parseInt(octal[0], 8));
      position += 4;
    } else {
      value += simpleEscapes[next] ?? next;
      position += 2;
    }
  }
  return undefined;
}
