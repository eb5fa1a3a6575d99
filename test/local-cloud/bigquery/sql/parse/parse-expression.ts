import { notImplemented } from "../place-error.ts";
import { parseQuery } from "./parse-query.ts";
import { parseType } from "./parse-type.ts";
import { isReserved } from "./reserved-words.ts";
import type {
  Call,
  CallArgument,
  Frame,
  FrameBound,
  Name,
  Node,
  OrderItem,
  WindowSpecification,
} from "./syntax-tree.ts";
import { describe, type TokenReader } from "./token-reader.ts";

/** Reads an expression, from the loosest operator (OR) to the tightest. */
export function parseExpression(reader: TokenReader): Node {
  return parseChain(reader, ["OR"], (one) => parseChain(one, ["AND"], parseNot));
}

export function parseExpressions(reader: TokenReader): Node[] {
  const items = [parseExpression(reader)];
  while (reader.takeSymbol(",")) items.push(parseExpression(reader));
  return items;
}

function parseChain(
  reader: TokenReader,
  operators: readonly string[],
  parseOperand: (reader: TokenReader) => Node,
): Node {
  let left = parseOperand(reader);
  while (true) {
    const token = reader.peek();
    if (token.kind !== "symbol" && token.kind !== "word") return left;
    if (!operators.includes(token.upper)) return left;
    reader.next();
    const right = parseOperand(reader);
    left = { kind: "binary", operator: token.upper, left, right, place: token.start };
  }
}

function parseNot(reader: TokenReader): Node {
  const place = reader.place();
  if (!reader.takeWord("NOT")) return parseComparison(reader);
  return { kind: "unary", operator: "NOT", operand: parseNot(reader), place };
}

const comparisons = new Set(["=", "==", "<", ">", "<=", ">=", "!=", "<>"]);

function parseComparison(reader: TokenReader): Node {
  const left = parseBitOr(reader);
  const compared = parseComparisonRest(reader, left);
  if (compared === left) return left;
  const token = reader.peek();
  if (token.kind === "symbol" && comparisons.has(token.text)) reader.unexpected();
  return compared;
}

function parseComparisonRest(reader: TokenReader, left: Node): Node {
  const token = reader.peek();
  const place = token.start;
  if (token.kind === "symbol" && comparisons.has(token.text)) {
    reader.next();
    const operator = { "==": "=", "<>": "!=" }[token.text] ?? token.text;
    return { kind: "binary", operator, left, right: parseBitOr(reader), place };
  }
  if (reader.takeWord("IS")) {
    const not = reader.takeWord("NOT");
    if (reader.takeWord("DISTINCT")) {
      reader.expectWord("FROM");
      return { kind: "distinct from", left, right: parseBitOr(reader), not, place };
    }
    for (const what of ["NULL", "TRUE", "FALSE"] as const) {
      if (reader.takeWord(what)) return { kind: "is", value: left, what, not, place };
    }
    return reader.unexpected();
  }
  const not = ["LIKE", "BETWEEN", "IN"].some((word) => reader.isWord(word, 1));
  const negated = not && reader.takeWord("NOT");
  const place2 = reader.place();
  if (reader.takeWord("LIKE")) {
    if (["ANY", "ALL", "SOME"].some((word) => reader.isWord(word))) {
      throw notImplemented(`LIKE ${reader.peek().upper}`);
    }
    return { kind: "like", value: left, pattern: parseBitOr(reader), not: negated, place: place2 };
  }
  if (reader.takeWord("BETWEEN")) {
    const low = parseBitOr(reader);
    reader.expectWord("AND");
    const high = parseBitOr(reader);
    return { kind: "between", value: left, low, high, not: negated, place: place2 };
  }
  if (reader.takeWord("IN")) {
    return { kind: "in", value: left, not: negated, options: parseOptions(reader), place: place2 };
  }
  return left;
}

function parseOptions(reader: TokenReader) {
  if (reader.takeWord("UNNEST")) {
    reader.expectSymbol("(");
    const list = parseExpression(reader);
    reader.expectSymbol(")");
    return { list };
  }
  reader.expectSymbol("(");
  const options =
    reader.isWord("SELECT") || reader.isWord("WITH")
      ? parseQuery(reader)
      : parseExpressions(reader);
  reader.expectSymbol(")");
  return options;
}

const parseBitOr = (reader: TokenReader): Node =>
  parseChain(reader, ["|"], (bitXor) =>
    parseChain(bitXor, ["^"], (bitAnd) =>
      parseChain(bitAnd, ["&"], (shift) =>
        parseChain(shift, ["<<", ">>"], (sum) =>
          parseChain(sum, ["+", "-"], (product) =>
            parseChain(product, ["*", "/", "||"], parseUnary),
          ),
        ),
      ),
    ),
  );

function parseUnary(reader: TokenReader): Node {
  const place = reader.place();
  for (const operator of ["-", "+", "~"] as const) {
    if (!reader.takeSymbol(operator)) continue;
    return { kind: "unary", operator, operand: parseUnary(reader), place };
  }
  return parsePostfix(reader);
}

function parsePostfix(reader: TokenReader): Node {
  let node = parsePrimary(reader);
  while (true) {
    const place = reader.place();
    if (reader.isSymbol(".") && node.kind !== "integer" && node.kind !== "float") {
      reader.next();
      if (reader.isSymbol("*")) {
        // A star ends the path; the SELECT list reads it.
        reader.reset(reader.mark() - 1);
        return node;
      }
      const name = reader.expectMember();
      node =
        node.kind === "path"
          ? { ...node, names: [...node.names, name] }
          : { kind: "field", base: node, name, place: name.place };
      if (node.kind === "path" && reader.isSymbol("(")) {
        node = parseCall(reader, node.names, node.place);
      }
    } else if (reader.takeSymbol("[")) {
      const index = parseExpression(reader);
      reader.expectSymbol("]");
      node = { kind: "subscript", base: node, index, place };
    } else {
      return node;
    }
  }
}

const callableKeywords = new Set(["IF", "LEFT", "RIGHT", "GROUPING", "HASH", "RANGE"]);
const literalTypes = new Set([
  "BIGDECIMAL",
  "BIGNUMERIC",
  "DATE",
  "DATETIME",
  "DECIMAL",
  "JSON",
  "NUMERIC",
  "TIME",
  "TIMESTAMP",
]);

function parsePrimary(reader: TokenReader): Node {
  const token = reader.peek();
  const place = token.start;
  if (token.kind === "number") {
    reader.next();
    const integer = /^(?:0x[\da-f]+|\d+)$/i.test(token.text);
    const after = reader.peek();
    if (after.kind === "word" && after.start === token.end) {
      return reader.refuse("Missing whitespace between literal and alias", after);
    }
    return { kind: integer ? "integer" : "float", value: token.text, place };
  }
  if (token.kind === "string" || token.kind === "bytes") {
    reader.next();
    refuseConcatenation(reader);
    return { kind: token.kind, value: token.value, place };
  }
  if (token.kind === "parameter") {
    reader.next();
    if (token.text.startsWith("@@")) throw notImplemented(`System variable ${token.text}`);
    const name = token.text === "?" ? undefined : token.text.slice(1);
    return {
      kind: "parameter",
      name,
      position: name === undefined ? reader.countParameter() : 0,
      place,
    };
  }
  if (reader.takeSymbol("(")) return parseParenthesis(reader, place);
  if (reader.isSymbol("[")) return parseArray(reader, undefined, place);
  if (token.kind === "quoted") return parsePath(reader);
  if (token.kind !== "word") return reader.unexpected();
  const keyword = parseKeyword(reader, place);
  if (keyword) return keyword;
  if (isReserved(token.text) && !(callableKeywords.has(token.upper) && reader.isSymbol("(", 1))) {
    return reader.unexpected();
  }
  return parsePath(reader);
}

function refuseConcatenation(reader: TokenReader): void {
  const { kind } = reader.peek();
  if (kind !== "string" && kind !== "bytes") return;
  reader.refusePlainly(
    "Concatenation of subsequent string literals is not supported. Did you mean to use the || operator?",
  );
}

/** What begins with a word that is no name; undefined where it is one. */
function parseKeyword(reader: TokenReader, place: number): Node | undefined {
  const { upper } = reader.peek();
  const follows = reader.peek(1);
  switch (upper) {
    case "NULL":
      reader.next();
      return { kind: "null", place };
    case "TRUE":
    case "FALSE":
      reader.next();
      return { kind: "boolean", value: upper === "TRUE", place };
    case "CASE":
      return parseCase(reader);
    case "CAST":
    case "SAFE_CAST":
      return follows.text === "(" ? parseCast(reader) : undefined;
    case "EXTRACT":
      return parseExtract(reader);
    case "EXISTS": {
      reader.next();
      reader.expectSymbol("(");
      const query = parseQuery(reader);
      reader.expectSymbol(")");
      return { kind: "exists", query, place };
    }
    case "INTERVAL":
      return parseInterval(reader);
    case "ARRAY":
      return parseArrayWord(reader);
    case "STRUCT":
      return parseStruct(reader);
    case "WITH":
      throw notImplemented("WITH as an expression");
    case "NEW":
      throw notImplemented("NEW");
    default:
  }
  if (literalTypes.has(upper) && follows.kind === "string") {
    reader.next();
    reader.next();
    refuseConcatenation(reader);
    return { kind: "typed literal", type: upper, value: follows.value, place };
  }
  if (upper === "RANGE" && follows.text === "<") throw notImplemented("RANGE");
  return undefined;
}

function parsePath(reader: TokenReader): Node {
  const { start: place, upper, kind } = reader.peek();
  const callable = kind === "word" && callableKeywords.has(upper);
  const name: Name = callable ? { text: reader.next().text, place } : reader.expectName();
  if (reader.isSymbol("(")) return parseCall(reader, [name], place);
  if (kind === "word" && constantCalls.has(upper)) return emptyCall(name);
  return { kind: "path", names: [name], place };
}

/** May be written without parentheses. */
const constantCalls = new Set([
  "CURRENT_DATE",
  "CURRENT_DATETIME",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
]);

function emptyCall(name: Name): Call {
  return {
    kind: "call",
    names: [name],
    arguments: [],
    distinct: false,
    nulls: undefined,
    having: undefined,
    order: [],
    limit: undefined,
    over: undefined,
    place: name.place,
  };
}

function parseCall(reader: TokenReader, names: Name[], place: number): Node {
  reader.expectSymbol("(");
  const call: Call = { ...emptyCall(names[0] ?? { text: "", place }), names, place };
  call.distinct = reader.takeWord("DISTINCT");
  if (!reader.isSymbol(")")) {
    do call.arguments.push(parseArgument(reader));
    while (reader.takeSymbol(","));
  }
  for (const nulls of ["IGNORE", "RESPECT"] as const) {
    if (reader.takeWord(nulls, "NULLS")) call.nulls = nulls;
  }
  if (reader.takeWord("HAVING")) {
    const most = reader.takeWord("MAX") ? "MAX" : "MIN";
    if (most === "MIN") reader.expectWord("MIN");
    call.having = { most, value: parseExpression(reader) };
  }
  if (reader.takeWord("ORDER", "BY")) call.order = parseOrder(reader);
  if (reader.takeWord("LIMIT")) call.limit = parseExpression(reader);
  if (reader.isWord("AS")) {
    // TO_JSON and others take `value AS name` nowhere; a named member belongs to STRUCT.
    reader.refuse(`Expected ")" but got ${describe(reader.peek())}`);
  }
  reader.expectSymbol(")");
  if (reader.takeWord("OVER")) call.over = parseWindow(reader);
  return call;
}

function parseArgument(reader: TokenReader): CallArgument {
  const place = reader.place();
  if (reader.takeSymbol("*")) return { name: undefined, value: "*", place };
  if (reader.isName() && reader.isSymbol("=>", 1)) {
    const name = reader.expectName();
    reader.next();
    return { name, value: parseExpression(reader), place };
  }
  if (reader.isWord("SELECT") || (reader.isWord("WITH") && !reader.isSymbol("(", 1))) {
    return reader.unexpected();
  }
  if (reader.isWord("TABLE") && reader.isName(1)) throw notImplemented("A TABLE argument");
  return { name: undefined, value: parseExpression(reader), place };
}

function parseParenthesis(reader: TokenReader, place: number): Node {
  if (reader.isWord("SELECT") || reader.isWord("WITH")) {
    const query = parseQuery(reader);
    reader.expectSymbol(")");
    return { kind: "subquery", query, place };
  }
  const first = startsQuery(reader) ? tryQuery(reader) : undefined;
  if (first) {
    reader.expectSymbol(")");
    return { kind: "subquery", query: first, place };
  }
  const items = parseExpressions(reader);
  reader.expectSymbol(")");
  const [only] = items;
  if (items.length === 1 && only) return only;
  const members = items.map((value) => ({ value, alias: undefined }));
  return { kind: "struct", tuple: true, type: undefined, items: members, place };
}

/** Whether only parentheses stand before a SELECT. */
function startsQuery(reader: TokenReader): boolean {
  let ahead = 0;
  while (reader.isSymbol("(", ahead)) ahead += 1;
  return ahead > 0 && (reader.isWord("SELECT", ahead) || reader.isWord("WITH", ahead));
}

/** `((SELECT 1) UNION ALL …)` is a query, `((SELECT 1) + 1)` none. */
function tryQuery(reader: TokenReader) {
  const mark = reader.mark();
  try {
    const query = parseQuery(reader);
    if (reader.isSymbol(")")) return query;
  } catch {
    // Read again as an expression, which says what is wrong.
  }
  reader.reset(mark);
  return undefined;
}

function parseArrayWord(reader: TokenReader): Node {
  const place = reader.place();
  reader.expectWord("ARRAY");
  if (reader.isSymbol("[")) return parseArray(reader, undefined, place);
  if (reader.takeSymbol("<")) {
    const element = parseType(reader);
    reader.splitSymbol(">>", ">");
    reader.expectSymbol(">");
    return parseArray(reader, element, place);
  }
  reader.expectSymbol("(");
  const query = parseQuery(reader);
  reader.expectSymbol(")");
  return { kind: "array subquery", query, place };
}

function parseArray(
  reader: TokenReader,
  element: ReturnType<typeof parseType> | undefined,
  place: number,
): Node {
  reader.expectSymbol("[");
  const items = reader.isSymbol("]") ? [] : parseExpressions(reader);
  reader.expectSymbol("]");
  return { kind: "array", element, items, place };
}

function parseStruct(reader: TokenReader): Node {
  const place = reader.place();
  const type = reader.isSymbol("<", 1) ? parseType(reader) : undefined;
  if (!type) reader.expectWord("STRUCT");
  reader.expectSymbol("(");
  const items: { value: Node; alias: Name | undefined }[] = [];
  if (!reader.isSymbol(")")) {
    do {
      const value = parseExpression(reader);
      const alias = reader.takeWord("AS") ? reader.expectName() : undefined;
      items.push({ value, alias });
    } while (reader.takeSymbol(","));
  }
  reader.expectSymbol(")");
  return { kind: "struct", tuple: false, type, items, place };
}

function parseCase(reader: TokenReader): Node {
  const place = reader.place();
  reader.expectWord("CASE");
  const subject = reader.isWord("WHEN") ? undefined : parseExpression(reader);
  const branches: { condition: Node; result: Node }[] = [];
  if (!reader.isWord("WHEN")) reader.expectWord("WHEN");
  while (reader.takeWord("WHEN")) {
    const condition = parseExpression(reader);
    reader.expectWord("THEN");
    branches.push({ condition, result: parseExpression(reader) });
  }
  const otherwise = reader.takeWord("ELSE") ? parseExpression(reader) : undefined;
  reader.expectWord("END");
  return { kind: "case", subject, branches, otherwise, place };
}

function parseCast(reader: TokenReader): Node {
  const { start: place, upper } = reader.next();
  reader.expectSymbol("(");
  const value = parseExpression(reader);
  reader.expectWord("AS");
  const type = parseType(reader);
  const format = reader.takeWord("FORMAT") ? parseExpression(reader) : undefined;
  reader.expectSymbol(")");
  return { kind: "cast", safe: upper === "SAFE_CAST", value, type, format, place };
}

function parseExtract(reader: TokenReader): Node {
  const place = reader.place();
  reader.expectWord("EXTRACT");
  reader.expectSymbol("(");
  const part = parsePostfix(reader);
  reader.expectWord("FROM");
  const value = parseExpression(reader);
  const zone = reader.takeWord("AT", "TIME", "ZONE") ? parseExpression(reader) : undefined;
  reader.expectSymbol(")");
  return { kind: "extract", part, value, zone, place };
}

function parseInterval(reader: TokenReader): Node {
  const place = reader.place();
  reader.expectWord("INTERVAL");
  const value = parseExpression(reader);
  if (!reader.isName()) reader.unexpected();
  const unit = reader.expectName();
  if (reader.takeWord("TO")) throw notImplemented("INTERVAL of several units");
  return { kind: "interval", value, unit, place };
}

export function parseOrder(reader: TokenReader): OrderItem[] {
  const items: OrderItem[] = [];
  do {
    const place = reader.place();
    const value = parseExpression(reader);
    if (reader.isWord("COLLATE")) throw notImplemented("COLLATE");
    const descending = reader.takeWord("DESC");
    if (!descending) reader.takeWord("ASC");
    let nulls: OrderItem["nulls"];
    if (reader.takeWord("NULLS", "FIRST")) nulls = "FIRST";
    else if (reader.takeWord("NULLS", "LAST")) nulls = "LAST";
    items.push({ value, descending, nulls, place });
  } while (reader.takeSymbol(","));
  return items;
}

/** What follows OVER or `name AS` in a WINDOW clause. */
export function parseWindow(reader: TokenReader): WindowSpecification {
  const place = reader.place();
  const specification: WindowSpecification = {
    base: undefined,
    partition: [],
    order: [],
    orderPlace: place,
    frame: undefined,
    place,
  };
  if (reader.isName()) return { ...specification, base: reader.expectName() };
  reader.expectSymbol("(");
  if (reader.isName()) specification.base = reader.expectName();
  if (reader.takeWord("PARTITION")) {
    reader.expectWord("BY");
    specification.partition = parseExpressions(reader);
  }
  specification.orderPlace = reader.place();
  if (reader.takeWord("ORDER")) {
    reader.expectWord("BY");
    specification.order = parseOrder(reader);
  }
  if (reader.isWord("ROWS") || reader.isWord("RANGE")) specification.frame = parseFrame(reader);
  reader.expectSymbol(")");
  return specification;
}

function parseFrame(reader: TokenReader): Frame {
  const unit = reader.next().upper === "ROWS" ? "ROWS" : "RANGE";
  if (!reader.takeWord("BETWEEN")) return { unit, from: parseBound(reader), to: undefined };
  const from = parseBound(reader);
  reader.expectWord("AND");
  return { unit, from, to: parseBound(reader) };
}

function parseBound(reader: TokenReader): FrameBound {
  if (reader.takeWord("CURRENT")) {
    reader.expectWord("ROW");
    return { kind: "CURRENT ROW" };
  }
  if (reader.takeWord("UNBOUNDED")) {
    if (reader.takeWord("PRECEDING")) return { kind: "UNBOUNDED PRECEDING" };
    reader.expectWord("FOLLOWING");
    return { kind: "UNBOUNDED FOLLOWING" };
  }
  const distance = parseExpression(reader);
  if (reader.takeWord("PRECEDING")) return { kind: "PRECEDING", distance };
  reader.expectWord("FOLLOWING");
  return { kind: "FOLLOWING", distance };
}
