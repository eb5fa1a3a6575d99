import { syntaxError } from "./place-error.ts";

export type SqlToken = {
  kind: "bytes" | "end" | "number" | "parameter" | "quoted" | "string" | "symbol" | "word";
  /** As written, and in upper case. */
  text: string;
  upper: string;
  /** The decoded content of a string, of a name in backticks, or of a bytes literal (Latin-1). */
  value: string;
  start: number;
  end: number;
};

const patterns = [
  ["space", /\s+|#[^\n]*|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ["string", /([rbRB]{0,2})('''|"""|'|")/y],
  ["quoted", /`/y],
  ["number", /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["parameter", /@[A-Za-z_]\w*|@@[\w.]+|\?/y],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["symbol", /<>|<=|>=|!=|==|<<|>>|=>|\|\||[-+*/%&|^~=<>()[\]{},.;:!@$]/y],
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
    if (!found) throw illegal(sql, start);
    position = start + found.match[0].length;
    if (found.kind === "space") continue;
    let value = "";
    let kind: SqlToken["kind"] = found.kind;
    if (found.kind === "string") {
      const prefix = (found.match[1] ?? "").toLowerCase();
      kind = prefix.includes("b") ? "bytes" : "string";
      const quote = found.match[2] ?? "'";
      const literal = readLiteral(sql, position, quote, prefix.includes("r"), kind === "bytes");
      if (!literal) {
        const long = quote.length === 3 ? "triple-quoted " : "";
        throw syntaxError(sql, start, `Unclosed ${long}${kind} literal`);
      }
      position = literal.end;
      value = literal.value;
    }
    if (found.kind === "quoted") {
      const literal = readLiteral(sql, start + 1, "`", false, false);
      if (!literal) throw syntaxError(sql, start, "Unclosed identifier literal");
      if (literal.value === "") throw syntaxError(sql, start, "Invalid empty identifier");
      position = literal.end;
      value = literal.value;
    }
    const text = sql.slice(start, position);
    tokens.push({ kind, text, upper: text.toUpperCase(), value, start, end: position });
  }
  return tokens;
}

function illegal(sql: string, place: number) {
  const character = String.fromCodePoint(sql.codePointAt(place) ?? 0);
  return syntaxError(sql, place, `Illegal input character "${character}"`);
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
  "\\": "\\",
  "'": "'",
  '"': '"',
  "`": "`",
  "?": "?",
};

const numericEscape =
  /^(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/;

function readLiteral(sql: string, from: number, quote: string, raw: boolean, bytes: boolean) {
  let value = "";
  let position = from;
  while (position < sql.length) {
    if (sql.startsWith(quote, position)) return { value, end: position + quote.length };
    const character = sql[position] ?? "";
    if (character === "\n" && quote.length === 1) return undefined;
    if (character !== "\\") {
      // The bytes of a literal are those of its text in UTF-8.
      value += bytes ? Buffer.from(character, "utf8").toString("latin1") : character;
      position += 1;
      continue;
    }
    const next = sql[position + 1] ?? "";
    if (raw) {
      value += character + next;
      position += 2;
      continue;
    }
    const code = numericEscape.exec(sql.slice(position + 1, position + 10));
    const simple = simpleEscapes[next];
    if (code) {
      const radix = code[4] === undefined ? 16 : 8;
      value += String.fromCodePoint(
        Number.parseInt(code[1] ?? code[2] ?? code[3] ?? code[4] ?? "0", radix),
      );
      position += 1 + code[0].length;
    } else if (simple !== undefined) {
      value += simple;
      position += 2;
    } else {
      throw syntaxError(sql, position, `Illegal escape sequence: \\${next}`);
    }
  }
  return undefined;
}
