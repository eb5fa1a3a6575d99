import type { OrderItem } from "../parse/syntax-tree.ts";
import type { Expression } from "../types/expression.ts";
import { writeType } from "../types/sql-type.ts";
import { type Context, refuse } from "./context.ts";

/** An item of ORDER BY; NULL comes first and NaN next, or last when descending. */
export function writeOrder(
  context: Context,
  item: OrderItem,
  value: Expression,
  sql = value.sql,
): string {
  const { kind } = value.type;
  if (kind === "ARRAY" || kind === "STRUCT" || kind === "JSON") {
    refuse(
      context,
      item.place,
      `ORDER BY does not support expressions of type ${writeType(value.type)}`,
    );
  }
  const direction = item.descending ? "DESC" : "ASC";
  const nulls = item.nulls ?? (item.descending ? "LAST" : "FIRST");
  const plain = `${sql} ${direction} NULLS ${nulls}`;
  if (kind !== "FLOAT64" || /^\d+$/.test(sql)) return plain;
  return `(NOT isnan(${sql})) ${direction} NULLS ${nulls}, ${plain}`;
}
