import { BigqueryError } from "../../bigquery-error.ts";
import { notImplemented } from "../place-error.ts";
import { parseExpression, parseExpressions } from "./parse-expression.ts";
import { parseFrom, parseTablePath } from "./parse-from.ts";
import { parseAlias, parseQuery } from "./parse-query.ts";
import { parseType } from "./parse-type.ts";
import type {
  Assignment,
  ColumnDefinition,
  FunctionDefinition,
  MergeClause,
  Name,
  Node,
  Statement,
  TableOption,
  TypeNode,
} from "./syntax-tree.ts";
import { readTokens, type TokenReader } from "./token-reader.ts";

/**
 * Reads the statements of a GoogleSQL text.
 *
 * Throws `invalidQuery` with the place for what is not in the grammar, `notImplemented` for what is
 * and is not understood here.
 */
export function parseStatements(sql: string): Statement[] {
  const reader = readTokens(sql);
  const statements: Statement[] = [];
  while (!reader.atEnd()) {
    statements.push(parseStatement(reader));
    if (!reader.takeSymbol(";")) reader.expectEnd();
  }
  if (statements.length === 0) {
    throw new BigqueryError("invalidQuery", "Syntax error: Unexpected end of statement");
  }
  return statements;
}

/** What BigQuery has and this one has not, by the first words. */
const otherStatements = new Set(
  `ALTER ANALYZE ASSERT BEGIN BREAK CALL CASE COMMIT CONTINUE DECLARE DESCRIBE EXECUTE EXPLAIN
   FOR GRANT IF ITERATE LEAVE LOAD LOOP RAISE REPEAT RETURN REVOKE ROLLBACK SET UNDROP WHILE`
    .trim()
    .split(/\s+/),
);

function parseStatement(reader: TokenReader): Statement {
  const place = reader.place();
  const { upper, kind } = reader.peek();
  if (upper === "SELECT" || upper === "WITH" || reader.isSymbol("(")) {
    return { kind: "select", query: parseQuery(reader), place };
  }
  if (kind !== "word") return reader.unexpected();
  switch (upper) {
    case "INSERT":
      return parseInsert(reader);
    case "UPDATE":
      return parseUpdate(reader);
    case "DELETE":
      return parseDelete(reader);
    case "TRUNCATE":
      reader.next();
      reader.expectWord("TABLE");
      return { kind: "truncate", target: parseTablePath(reader), place };
    case "MERGE":
      return parseMerge(reader);
    case "CREATE":
      return parseCreate(reader);
    case "DROP":
      return parseDrop(reader);
    case "EXPORT":
      return parseExport(reader);
    case "FROM":
      throw notImplemented("Pipe syntax");
    default:
  }
  if (otherStatements.has(upper)) throw notImplemented(`${upper} as a statement`);
  return reader.unexpected();
}

function parseInsert(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("INSERT");
  reader.takeWord("INTO");
  const target = parseTablePath(reader);
  const columns = parseColumns(reader);
  if (!reader.takeWord("VALUES")) {
    const query = parseQuery(reader);
    return { kind: "insert", target, columns, rows: undefined, rowPlaces: [], query, place };
  }
  const rows: (Node | "DEFAULT")[][] = [];
  const rowPlaces: number[] = [];
  do {
    rowPlaces.push(reader.place());
    rows.push(parseRow(reader));
  } while (reader.takeSymbol(","));
  return { kind: "insert", target, columns, rows, rowPlaces, query: undefined, place };
}

function parseColumns(reader: TokenReader): Name[] {
  const columns: Name[] = [];
  if (!reader.isSymbol("(") || reader.isWord("SELECT", 1) || reader.isWord("WITH", 1))
    return columns;
  if (reader.isSymbol("(", 1)) return columns;
  reader.next();
  do columns.push(reader.expectName());
  while (reader.takeSymbol(","));
  reader.expectSymbol(")");
  return columns;
}

function parseRow(reader: TokenReader): (Node | "DEFAULT")[] {
  reader.expectSymbol("(");
  const values: (Node | "DEFAULT")[] = [];
  do values.push(reader.takeWord("DEFAULT") ? "DEFAULT" : parseExpression(reader));
  while (reader.takeSymbol(","));
  reader.expectSymbol(")");
  return values;
}

function parseUpdate(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("UPDATE");
  const target = parseTablePath(reader);
  const alias = parseAlias(reader);
  reader.expectWord("SET");
  const assignments = parseAssignments(reader);
  const from = reader.takeWord("FROM") ? parseFrom(reader) : undefined;
  const where = reader.takeWord("WHERE") ? parseExpression(reader) : undefined;
  return { kind: "update", target, alias, assignments, from, where, place };
}

function parseAssignments(reader: TokenReader): Assignment[] {
  const assignments: Assignment[] = [];
  do {
    if (reader.isSymbol("(")) throw notImplemented("A nested change in UPDATE");
    const path = [reader.expectName()];
    while (reader.takeSymbol(".")) path.push(reader.expectMember());
    reader.expectSymbol("=");
    const value = reader.takeWord("DEFAULT") ? "DEFAULT" : parseExpression(reader);
    assignments.push({ path, value });
  } while (reader.takeSymbol(","));
  return assignments;
}

function parseDelete(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("DELETE");
  reader.takeWord("FROM");
  const target = parseTablePath(reader);
  const alias = parseAlias(reader);
  const where = reader.takeWord("WHERE") ? parseExpression(reader) : undefined;
  return { kind: "delete", target, alias, where, place };
}

function parseMerge(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("MERGE");
  reader.takeWord("INTO");
  const target = parseTablePath(reader);
  const alias = parseAlias(reader);
  reader.expectWord("USING");
  const source = parseFrom(reader);
  reader.expectWord("ON");
  const on = parseExpression(reader);
  const clauses: MergeClause[] = [];
  while (reader.isWord("WHEN")) clauses.push(parseMergeClause(reader));
  if (clauses.length === 0) reader.expectWord("WHEN");
  return { kind: "merge", target, alias, source, on, clauses, place };
}

function parseMergeClause(reader: TokenReader): MergeClause {
  const place = reader.place();
  reader.expectWord("WHEN");
  let when: MergeClause["when"] = "MATCHED";
  if (reader.takeWord("NOT")) when = "NOT MATCHED";
  reader.expectWord("MATCHED");
  if (when === "NOT MATCHED" && reader.takeWord("BY")) {
    if (reader.takeWord("SOURCE")) when = "NOT MATCHED BY SOURCE";
    else reader.expectWord("TARGET");
  }
  const condition = reader.takeWord("AND") ? parseExpression(reader) : undefined;
  reader.expectWord("THEN");
  if (when !== "NOT MATCHED") {
    if (reader.takeWord("DELETE")) return { when, condition, action: { kind: "delete" }, place };
    reader.expectWord("UPDATE");
    reader.expectWord("SET");
    const assignments = parseAssignments(reader);
    return { when, condition, action: { kind: "update", assignments }, place };
  }
  reader.expectWord("INSERT");
  const columns = parseColumns(reader);
  if (reader.takeWord("ROW")) {
    return { when, condition, action: { kind: "insert", columns, values: "ROW" }, place };
  }
  reader.expectWord("VALUES");
  return { when, condition, action: { kind: "insert", columns, values: parseRow(reader) }, place };
}

function parseCreate(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("CREATE");
  const replace = reader.takeWord("OR", "REPLACE");
  if (reader.takeWord("TEMP") || reader.takeWord("TEMPORARY")) {
    if (reader.takeWord("FUNCTION")) {
      return { kind: "create function", function: parseFunction(reader), place };
    }
    throw notImplemented(`CREATE TEMP ${reader.peek().upper}`);
  }
  if (reader.takeWord("SCHEMA")) {
    const unlessExists = takeUnlessExists(reader);
    const target = parseTablePath(reader);
    return { kind: "create schema", target, unlessExists, options: parseOptions(reader), place };
  }
  if (reader.takeWord("VIEW")) {
    const unlessExists = takeUnlessExists(reader);
    const target = parseTablePath(reader);
    if (reader.isSymbol("(")) throw notImplemented("A list of columns in CREATE VIEW");
    const options = parseOptions(reader);
    reader.expectWord("AS");
    const start = reader.place();
    const query = parseQuery(reader);
    const text = reader.sql.slice(start, reader.peek(-1).end);
    return { kind: "create view", target, replace, unlessExists, query, text, options, place };
  }
  if (reader.takeWord("TABLE", "FUNCTION")) return parseTableFunction(reader, replace, place);
  if (reader.takeWord("TABLE")) {
    return parseCreateTable(reader, replace, place);
  }
  throw notImplemented(`CREATE ${reader.peek().upper}`);
}

function parseTableFunction(reader: TokenReader, replace: boolean, place: number): Statement {
  const unlessExists = takeUnlessExists(reader);
  const target = parseTablePath(reader);
  reader.expectSymbol("(");
  const parameters: { name: string; type: TypeNode }[] = [];
  while (!reader.isSymbol(")")) {
    const name = reader.expectName().text;
    if (reader.isWord("ANY") || reader.isWord("TABLE")) {
      throw notImplemented(`An argument of ${reader.peek().upper}`);
    }
    parameters.push({ name, type: parseType(reader) });
    if (!reader.takeSymbol(",")) break;
  }
  reader.expectSymbol(")");
  if (reader.isWord("RETURNS")) throw notImplemented("RETURNS of a table function");
  const options = parseOptions(reader);
  reader.expectWord("AS");
  const query = parseQuery(reader);
  const text = reader.sql.slice(place, reader.peek(-1).end);
  return {
    kind: "create table function",
    target,
    replace,
    unlessExists,
    parameters,
    query,
    text,
    options,
    place,
  };
}

function parseCreateTable(reader: TokenReader, replace: boolean, place: number): Statement {
  const unlessExists = takeUnlessExists(reader);
  const target = parseTablePath(reader);
  const columns: ColumnDefinition[] = [];
  if (reader.takeSymbol("(")) {
    do {
      if (reader.isSymbol(")")) break;
      columns.push(parseColumn(reader));
    } while (reader.takeSymbol(","));
    reader.expectSymbol(")");
  }
  for (const word of ["LIKE", "COPY", "CLONE", "DEFAULT"]) {
    if (reader.isWord(word)) throw notImplemented(`CREATE TABLE … ${word}`);
  }
  const partition = reader.takeWord("PARTITION", "BY") ? parseExpression(reader) : undefined;
  const cluster: Name[] = [];
  if (reader.takeWord("CLUSTER", "BY")) {
    do cluster.push(reader.expectName());
    while (reader.takeSymbol(","));
  }
  const options = parseOptions(reader);
  const query = reader.takeWord("AS") ? parseQuery(reader) : undefined;
  return {
    kind: "create table",
    target,
    replace,
    unlessExists,
    columns,
    query,
    partition,
    cluster,
    options,
    place,
  };
}

function parseColumn(reader: TokenReader): ColumnDefinition {
  const name = reader.expectName();
  const type = parseType(reader);
  for (const word of ["PRIMARY", "REFERENCES", "DEFAULT", "COLLATE", "GENERATED"]) {
    if (reader.isWord(word)) throw notImplemented(`${word} of a column`);
  }
  const required = reader.takeWord("NOT", "NULL");
  return { name, type, required, options: parseOptions(reader) };
}

function takeUnlessExists(reader: TokenReader): boolean {
  return reader.takeWord("IF", "NOT", "EXISTS");
}

function parseOptions(reader: TokenReader): TableOption[] {
  const options: TableOption[] = [];
  if (!reader.takeWord("OPTIONS")) return options;
  reader.expectSymbol("(");
  while (!reader.isSymbol(")")) {
    const name = reader.expectName().text.toLowerCase();
    reader.expectSymbol("=");
    options.push({ name, value: parseExpression(reader) });
    if (!reader.takeSymbol(",")) break;
  }
  reader.expectSymbol(")");
  return options;
}

function parseFunction(reader: TokenReader): FunctionDefinition {
  const name = reader.expectName();
  if (reader.isSymbol(".")) throw notImplemented("A function in a dataset");
  reader.expectSymbol("(");
  const parameters: { name: string; type: TypeNode | undefined }[] = [];
  while (!reader.isSymbol(")")) {
    const parameter = reader.expectName().text;
    const anyType = reader.takeWord("ANY") && (reader.takeWord("TYPE") || reader.unexpected());
    parameters.push({ name: parameter, type: anyType ? undefined : parseType(reader) });
    if (!reader.takeSymbol(",")) break;
  }
  reader.expectSymbol(")");
  const returns = reader.takeWord("RETURNS") ? parseType(reader) : undefined;
  if (reader.isWord("LANGUAGE")) throw notImplemented("A function in another language than SQL");
  reader.expectWord("AS");
  reader.expectSymbol("(");
  const [body] = parseExpressions(reader);
  reader.expectSymbol(")");
  if (!body) return reader.unexpected();
  return { name, parameters, returns, body };
}

function parseDrop(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("DROP");
  const what = reader.takeWord("TABLE", "FUNCTION")
    ? "TABLE FUNCTION"
    : (["TABLE", "VIEW", "SCHEMA"] as const).find((word) => reader.takeWord(word));
  if (!what) throw notImplemented(`DROP ${reader.peek().upper}`);
  const ifExists = reader.takeWord("IF", "EXISTS");
  const target = parseTablePath(reader);
  const cascade = reader.takeWord("CASCADE");
  if (!cascade) reader.takeWord("RESTRICT");
  return { kind: "drop", what, target, ifExists, cascade, place };
}

function parseExport(reader: TokenReader): Statement {
  const place = reader.place();
  reader.expectWord("EXPORT");
  if (reader.isWord("MODEL")) throw notImplemented("EXPORT MODEL");
  reader.expectWord("DATA");
  if (reader.isWord("WITH")) throw notImplemented("EXPORT DATA WITH CONNECTION");
  if (!reader.isWord("OPTIONS")) reader.expectWord("OPTIONS");
  const options = parseOptions(reader);
  reader.expectWord("AS");
  return { kind: "export data", options, query: parseQuery(reader), place };
}
