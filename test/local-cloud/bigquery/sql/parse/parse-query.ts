import { notImplemented } from "../place-error.ts";
import { parseExpression, parseOrder, parseWindow } from "./parse-expression.ts";
import { parseFrom } from "./parse-from.ts";
import type {
  CommonTable,
  GroupingItem,
  Node,
  Query,
  Select,
  SelectItem,
  SetOperation,
} from "./syntax-tree.ts";
import { describe, type TokenReader } from "./token-reader.ts";

type Body = Query["body"];

/** Reads a query with its WITH, ORDER BY and LIMIT. */
export function parseQuery(reader: TokenReader): Query {
  const place = reader.place();
  const tables: CommonTable[] = [];
  let recursive = false;
  if (reader.takeWord("WITH")) {
    recursive = reader.takeWord("RECURSIVE");
    do {
      const name = reader.expectName();
      reader.expectWord("AS");
      reader.expectSymbol("(");
      tables.push({ name, query: parseQuery(reader) });
      reader.expectSymbol(")");
    } while (reader.takeSymbol(","));
  }
  const body = parseBody(reader);
  if (reader.isSymbol("|") && reader.isSymbol(">", 1)) throw notImplemented("Pipe syntax");
  let order: Query["order"] = [];
  if (reader.takeWord("ORDER")) {
    reader.expectWord("BY");
    order = parseOrder(reader);
  }
  const limit = reader.takeWord("LIMIT") ? parseCount(reader, "LIMIT") : undefined;
  const offset = limit && reader.takeWord("OFFSET") ? parseCount(reader, "OFFSET") : undefined;
  return { kind: "query", recursive, with: tables, body, order, limit, offset, place };
}

function parseCount(reader: TokenReader, clause: string): Node {
  const { start: place, kind, text } = reader.peek();
  if (reader.isSymbol("-")) {
    return reader.refusePlainly(`${clause} expects a non-negative integer literal or parameter`);
  }
  if (kind === "parameter" || (kind === "number" && /^\d+$/.test(text))) {
    return parsePrimaryCount(reader);
  }
  if (kind === "word" && reader.isName()) {
    throw notImplemented(`${clause} by an expression`);
  }
  return reader.unexpected({ ...reader.peek(), start: place });
}

function parsePrimaryCount(reader: TokenReader): Node {
  const token = reader.next();
  const place = token.start;
  if (token.kind === "number") return { kind: "integer", value: token.text, place };
  const name = token.text === "?" ? undefined : token.text.slice(1);
  const position = name === undefined ? reader.countParameter() : 0;
  return { kind: "parameter", name, position, place };
}

function parseBody(reader: TokenReader): Body {
  let left = parseOperand(reader);
  while (true) {
    const place = reader.place();
    const word = (["UNION", "INTERSECT", "EXCEPT"] as const).find((one) => reader.isWord(one));
    if (!word) return left;
    reader.next();
    const operator = readOperator(reader, word);
    const right = parseOperand(reader);
    if (
      left.kind === "set operation" &&
      left.operator === operator &&
      operator.startsWith("UNION")
    ) {
      left = { ...left, inputs: [...left.inputs, right] };
    } else if (left.kind === "set operation") {
      return reader.refuse(
        "Different set operations cannot be used in the same query without using parentheses for grouping",
        { ...reader.peek(), start: place },
      );
    } else {
      left = { kind: "set operation", operator, inputs: [left, right], place };
    }
  }
}

function readOperator(
  reader: TokenReader,
  word: "EXCEPT" | "INTERSECT" | "UNION",
): SetOperation["operator"] {
  const distinct = reader.takeWord("DISTINCT");
  if (!distinct && !reader.takeWord("ALL")) {
    return reader.refuse(
      `Expected keyword ALL or keyword DISTINCT but got ${describe(reader.peek())}`,
    );
  }
  if (reader.isWord("BY") || reader.isWord("STRICT")) throw notImplemented(`${word} BY NAME`);
  if (word === "UNION") return distinct ? "UNION DISTINCT" : "UNION ALL";
  if (!distinct) throw notImplemented(`${word} ALL`);
  return `${word} DISTINCT`;
}

function parseOperand(reader: TokenReader): Body {
  if (reader.takeSymbol("(")) {
    const query = parseQuery(reader);
    reader.expectSymbol(")");
    return query;
  }
  return parseSelect(reader);
}

function parseSelect(reader: TokenReader): Select {
  const place = reader.place();
  if (!reader.takeWord("SELECT")) return reader.unexpected();
  if (reader.isWord("WITH")) throw notImplemented("SELECT WITH");
  const distinct = reader.takeWord("DISTINCT");
  if (!distinct) reader.takeWord("ALL");
  let as: Select["as"];
  if (reader.isWord("AS")) {
    reader.next();
    if (reader.takeWord("STRUCT")) as = "STRUCT";
    else if (reader.takeWord("VALUE")) as = "VALUE";
    else throw notImplemented(`SELECT AS ${reader.peek().text}`);
  }
  const items = [parseItem(reader)];
  while (reader.takeSymbol(",")) {
    // A comma may close the list.
    if (reader.isWord("FROM") || reader.atEnd()) break;
    items.push(parseItem(reader));
  }
  const from = reader.takeWord("FROM") ? parseFrom(reader) : undefined;
  const where = reader.takeWord("WHERE") ? parseExpression(reader) : undefined;
  const group = reader.isWord("GROUP") ? parseGrouping(reader) : undefined;
  const having = reader.takeWord("HAVING") ? parseExpression(reader) : undefined;
  const qualify = reader.takeWord("QUALIFY") ? parseExpression(reader) : undefined;
  const windows: Select["windows"] = [];
  if (reader.takeWord("WINDOW")) {
    do {
      const name = reader.expectName();
      reader.expectWord("AS");
      windows.push({ name, specification: parseWindow(reader) });
    } while (reader.takeSymbol(","));
  }
  return {
    kind: "select",
    distinct,
    as,
    items,
    from,
    where,
    group,
    having,
    qualify,
    windows,
    place,
  };
}

function parseItem(reader: TokenReader): SelectItem {
  const place = reader.place();
  if (reader.takeSymbol("*")) return parseStar(reader, undefined, place);
  const value = parseExpression(reader);
  if (reader.isSymbol(".") && reader.isSymbol("*", 1)) {
    reader.next();
    reader.next();
    return parseStar(reader, value, place);
  }
  return { kind: "expression", value, alias: parseAlias(reader), place };
}

/** `AS name`, or a name alone. */
export function parseAlias(reader: TokenReader) {
  if (reader.takeWord("AS")) return reader.expectName();
  return reader.isName() ? reader.expectName() : undefined;
}

function parseStar(reader: TokenReader, base: Node | undefined, place: number): SelectItem {
  const except: SelectItem & { kind: "star" } = {
    kind: "star",
    base,
    except: [],
    replace: [],
    place,
  };
  if (reader.isWord("EXCEPT") && reader.isSymbol("(", 1) && !reader.isWord("SELECT", 2)) {
    reader.next();
    reader.expectSymbol("(");
    do except.except.push(reader.expectName());
    while (reader.takeSymbol(","));
    reader.expectSymbol(")");
  }
  if (reader.isWord("REPLACE") && reader.isSymbol("(", 1)) {
    reader.next();
    reader.expectSymbol("(");
    do {
      const value = parseExpression(reader);
      reader.takeWord("AS");
      except.replace.push({ value, name: reader.expectName() });
    } while (reader.takeSymbol(","));
    reader.expectSymbol(")");
  }
  return except;
}

function parseGrouping(reader: TokenReader) {
  const place = reader.place();
  reader.expectWord("GROUP");
  if (reader.isWord("AND")) throw notImplemented("GROUP AND ORDER BY");
  reader.expectWord("BY");
  if (reader.takeWord("ALL")) return { all: true, items: [], place };
  const items = [parseGroupingItem(reader)];
  while (reader.takeSymbol(",")) items.push(parseGroupingItem(reader));
  return { all: false, items, place };
}

function parseGroupingItem(reader: TokenReader): GroupingItem {
  if (reader.takeWord("ROLLUP")) return { kind: "ROLLUP", sets: parseSets(reader), nested: [] };
  if (reader.takeWord("CUBE")) return { kind: "CUBE", sets: parseSets(reader), nested: [] };
  if (reader.isWord("GROUPING") && reader.isWord("SETS", 1)) {
    reader.next();
    reader.next();
    reader.expectSymbol("(");
    const sets: Node[][] = [];
    const nested: GroupingItem[] = [];
    do {
      if (reader.isWord("ROLLUP") || reader.isWord("CUBE")) nested.push(parseGroupingItem(reader));
      else sets.push(parseSet(reader));
    } while (reader.takeSymbol(","));
    reader.expectSymbol(")");
    return { kind: "GROUPING SETS", sets, nested };
  }
  if (reader.isSymbol("(") && reader.isSymbol(")", 1)) {
    reader.next();
    reader.next();
    return { kind: "GROUPING SETS", sets: [[]], nested: [] };
  }
  return { kind: "key", value: parseExpression(reader) };
}

function parseSets(reader: TokenReader): Node[][] {
  reader.expectSymbol("(");
  const sets = [parseSet(reader)];
  while (reader.takeSymbol(",")) sets.push(parseSet(reader));
  reader.expectSymbol(")");
  return sets;
}

function parseSet(reader: TokenReader): Node[] {
  if (reader.isSymbol("(") && reader.isSymbol(")", 1)) {
    reader.next();
    reader.next();
    return [];
  }
  const item = parseExpression(reader);
  if (item.kind === "struct" && !item.type && item.items.every((one) => !one.alias)) {
    return item.items.map((one) => one.value);
  }
  return [item];
}
