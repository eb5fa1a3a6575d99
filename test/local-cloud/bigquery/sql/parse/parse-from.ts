import { notImplemented } from "../place-error.ts";
import { parseExpression, parseExpressions } from "./parse-expression.ts";
import { parseAlias, parseQuery } from "./parse-query.ts";
import type { FromItem, JoinKind, Name, Node, Pivot, TableSuffix } from "./syntax-tree.ts";
import type { TokenReader } from "./token-reader.ts";

/** Reads what follows FROM: tables, lists and queries with their joins. */
export function parseFrom(reader: TokenReader): FromItem {
  let left = parseJoined(reader);
  while (reader.isSymbol(",")) {
    const place = reader.place();
    reader.next();
    // A comma binds as loosely as a chain of joins: `a, b JOIN c` joins all three from the left.
    const right = parsePrimary(reader);
    left = { kind: "join", join: "CROSS", left, right, on: undefined, using: [], place };
    left = parseJoins(reader, left);
  }
  return left;
}

function parseJoined(reader: TokenReader): FromItem {
  return parseJoins(reader, parsePrimary(reader));
}

function parseJoins(reader: TokenReader, first: FromItem): FromItem {
  let left = first;
  while (true) {
    const place = reader.place();
    const join = readJoin(reader);
    if (!join) return left;
    const right = parsePrimary(reader);
    let on: Node | undefined;
    const using: Name[] = [];
    if (join !== "CROSS" && reader.takeWord("ON")) on = parseExpression(reader);
    else if (join !== "CROSS" && reader.takeWord("USING")) {
      reader.expectSymbol("(");
      do using.push(reader.expectName());
      while (reader.takeSymbol(","));
      reader.expectSymbol(")");
    }
    left = { kind: "join", join, left, right, on, using, place };
  }
}

function readJoin(reader: TokenReader): JoinKind | undefined {
  if (reader.isWord("NATURAL")) throw notImplemented("NATURAL JOIN");
  if (reader.takeWord("JOIN")) return "INNER";
  for (const kind of ["INNER", "CROSS"] as const) {
    if (!reader.takeWord(kind)) continue;
    reader.expectWord("JOIN");
    return kind;
  }
  for (const kind of ["LEFT", "RIGHT", "FULL"] as const) {
    if (!reader.takeWord(kind)) continue;
    reader.takeWord("OUTER");
    reader.expectWord("JOIN");
    return kind;
  }
  return undefined;
}

function parsePrimary(reader: TokenReader): FromItem {
  const place = reader.place();
  if (reader.takeWord("UNNEST")) {
    reader.expectSymbol("(");
    const list = parseExpression(reader);
    if (reader.isSymbol(",")) throw notImplemented("UNNEST of several lists");
    reader.expectSymbol(")");
    const alias = parseAlias(reader);
    return { kind: "unnest", list, alias, offset: parseOffset(reader), place };
  }
  if (reader.isWord("LATERAL")) throw notImplemented("LATERAL");
  if (reader.isSymbol("(")) return parseParenthesis(reader, place);
  if (!reader.isName()) return reader.unexpected();
  const names = parseTablePath(reader);
  if (reader.takeSymbol("(")) {
    const given = parseArguments(reader);
    return { kind: "table function", names, arguments: given, alias: parseAlias(reader), place };
  }
  let alias = parseTableAlias(reader);
  const offset = parseOffset(reader);
  if (reader.isWord("FOR") && reader.isWord("SYSTEM_TIME", 1)) {
    throw notImplemented("FOR SYSTEM_TIME AS OF");
  }
  const also = parseSuffix(reader);
  alias ??= parseTableAlias(reader);
  return { kind: "table", names, alias, offset, also, place };
}

/** Arguments up to the closing bracket; undefined where a table or model is among them. */
function parseArguments(reader: TokenReader): Node[] | undefined {
  if (reader.takeSymbol(")")) return [];
  const isQuery = reader.isSymbol("(") && (reader.isWord("SELECT", 1) || reader.isWord("WITH", 1));
  if (!isQuery && !reader.isWord("TABLE") && !reader.isWord("MODEL")) {
    const given = parseExpressions(reader);
    if (reader.takeSymbol(")")) return given;
  }
  let depth = 1;
  while (depth > 0 && !reader.atEnd()) {
    const token = reader.next();
    if (token.text === "(" && token.kind === "symbol") depth += 1;
    if (token.text === ")" && token.kind === "symbol") depth -= 1;
  }
  return undefined;
}

function parseParenthesis(reader: TokenReader, place: number): FromItem {
  const mark = reader.mark();
  let ahead = 0;
  while (reader.isSymbol("(", ahead)) ahead += 1;
  if (reader.isWord("SELECT", ahead) || reader.isWord("WITH", ahead)) {
    try {
      reader.next();
      const query = parseQuery(reader);
      reader.expectSymbol(")");
      const alias = parseTableAlias(reader);
      const also = parseSuffix(reader);
      return { kind: "table query", query, alias, also, place };
    } catch (error) {
      if (ahead < 2) throw error;
      // `((SELECT 1) AS a JOIN b)` is a join.
      reader.reset(mark);
    }
  }
  reader.expectSymbol("(");
  const joined = parseFrom(reader);
  reader.expectSymbol(")");
  return joined;
}

/** An alias may be PIVOT, but not before a parenthesis. */
function parseTableAlias(reader: TokenReader): Name | undefined {
  const clause = reader.isWord("PIVOT") || reader.isWord("UNPIVOT");
  if (
    clause &&
    (reader.isSymbol("(", 1) || reader.isWord("INCLUDE", 1) || reader.isWord("EXCLUDE", 1))
  ) {
    return undefined;
  }
  if (reader.isWord("MATCH_RECOGNIZE") && reader.isSymbol("(", 1))
    throw notImplemented("MATCH_RECOGNIZE");
  return parseAlias(reader);
}

function parseOffset(reader: TokenReader) {
  if (!reader.takeWord("WITH", "OFFSET")) return undefined;
  return { alias: parseAlias(reader) };
}

/** `project.dataset.table`; the project's dashes need no backticks. */
export function parseTablePath(reader: TokenReader): Name[] {
  const first = reader.expectName();
  let text = first.text;
  let { end } = reader.peek(-1);
  while (reader.isSymbol("-") && reader.peek().start === end && reader.peek(1).start === end + 1) {
    reader.next();
    const part = reader.next();
    text += `-${part.text}`;
    end = part.end;
  }
  const names: Name[] = [{ ...first, text }];
  while (reader.takeSymbol(".")) names.push(reader.expectMember());
  return names.flatMap((name) =>
    name.text.split(".").map((part) => ({ text: part, place: name.place })),
  );
}

function parseSuffix(reader: TokenReader): TableSuffix {
  const pivot = parsePivot(reader);
  let sample: string | undefined;
  if (reader.takeWord("TABLESAMPLE")) {
    reader.expectWord("SYSTEM");
    reader.expectSymbol("(");
    sample = reader.next().text;
    if (!/^\d+(?:\.\d*)?$/.test(sample)) reader.unexpected(reader.peek(-1));
    reader.expectWord("PERCENT");
    reader.expectSymbol(")");
  }
  return { sample, pivot };
}

function parsePivot(reader: TokenReader): Pivot | undefined {
  if (reader.isWord("UNPIVOT")) throw notImplemented("UNPIVOT");
  if (!reader.isWord("PIVOT")) return undefined;
  const place = reader.place();
  reader.next();
  reader.expectSymbol("(");
  const aggregates: Pivot["aggregates"] = [];
  do aggregates.push({ call: parseExpression(reader), alias: parseAlias(reader) });
  while (reader.takeSymbol(","));
  reader.expectWord("FOR");
  const input = parsePivotInput(reader);
  reader.expectWord("IN");
  reader.expectSymbol("(");
  const values: Pivot["values"] = [];
  do values.push({ value: parseExpression(reader), alias: parseAlias(reader) });
  while (reader.takeSymbol(","));
  reader.expectSymbol(")");
  reader.expectSymbol(")");
  return { aggregates, input, values, alias: parseAlias(reader), place };
}

/** A path, since IN would end an expression as an operator. */
function parsePivotInput(reader: TokenReader): Node {
  const first = reader.expectName();
  const names = [first];
  while (reader.takeSymbol(".")) names.push(reader.expectMember());
  return { kind: "path", names, place: first.place };
}
