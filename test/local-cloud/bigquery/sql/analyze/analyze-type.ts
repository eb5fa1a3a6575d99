import type { TypeNode } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { arrayOf, type ScalarKind, type SqlType, structOf } from "../types/sql-type.ts";
import { type Context, refuse } from "./context.ts";

const names: Record<string, ScalarKind> = {
  BIGINT: "INT64",
  BOOL: "BOOL",
  BOOLEAN: "BOOL",
  BYTEINT: "INT64",
  BYTES: "BYTES",
  DATE: "DATE",
  DATETIME: "DATETIME",
  DECIMAL: "NUMERIC",
  FLOAT64: "FLOAT64",
  INT: "INT64",
  INT64: "INT64",
  INTEGER: "INT64",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  SMALLINT: "INT64",
  STRING: "STRING",
  TIMESTAMP: "TIMESTAMP",
  TINYINT: "INT64",
};

const others = new Set(["BIGDECIMAL", "BIGNUMERIC", "GEOGRAPHY", "INTERVAL", "RANGE", "TIME"]);

/** The type that is written; refuses names that are none. */
export function analyzeType(context: Context, node: TypeNode): SqlType {
  if (node.kind === "array") {
    const element = analyzeType(context, node.element);
    if (element.kind === "ARRAY") {
      return refuse(context, node.place, "Arrays of arrays are not supported");
    }
    return arrayOf(element);
  }
  if (node.kind === "struct") {
    return structOf(
      node.members.map(({ name, type }) => ({ name, type: analyzeType(context, type) })),
    );
  }
  if (others.has(node.name)) throw notImplemented(`Type ${node.name}`);
  const kind = names[node.name];
  if (kind === undefined) return refuse(context, node.place, `Type not found: ${node.name}`);
  if (node.parameters.length > 0) throw notImplemented(`${kind} with a size`);
  return { kind };
}
