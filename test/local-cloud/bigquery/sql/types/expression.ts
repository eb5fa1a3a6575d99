import type { SqlType } from "./sql-type.ts";

/** A column of the query's own FROM clause that an expression reads outside of aggregates. */
export type Read = { name: string; place: number; level: number };

/** What may take another type without a CAST. */
type Constant =
  | { kind: "empty list" | "error" | "null" }
  | { kind: "float" | "integer" | "string"; value: string };

/** An expression that has been understood: its DuckDB text and its GoogleSQL type. */
export type Expression = {
  sql: string;
  type: SqlType;
  place: number;
  constant?: Constant | undefined;
  /** The parts of a list or a STRUCT that is written out, which convert one by one. */
  parts?: Expression[] | undefined;
  reads: Read[];
  /** Whether it calls an aggregate, or a window function, of its own query. */
  aggregates: boolean;
  windows: boolean;
};

/** An expression made of others. */
export function compose(
  sql: string,
  type: SqlType,
  place: number,
  parts: readonly Expression[] = [],
): Expression {
  return {
    sql,
    type,
    place,
    reads: parts.flatMap((part) => part.reads),
    aggregates: parts.some((part) => part.aggregates),
    windows: parts.some((part) => part.windows),
  };
}
