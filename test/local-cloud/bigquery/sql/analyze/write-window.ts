import type { Frame, FrameBound, WindowSpecification } from "../parse/syntax-tree.ts";
import { convert, distanceTo } from "../types/convert-expression.ts";
import type { Expression, Read } from "../types/expression.ts";
import { int64, writeType } from "../types/sql-type.ts";
import { analyzeExpression } from "./analyze-expression.ts";
import { type Context, keyOf, refuse } from "./context.ts";
import { writeOrder } from "./write-order.ts";

/** `OVER (…)` for DuckDB; refuses what a function cannot have there. */
export function writeOver(context: Context, written: WindowSpecification, name: string): string {
  const window = resolveWindow(context, written);
  const inside: Context = { ...context, windows: false };
  const partition = window.partition.map((node) => {
    const value = analyzeExpression(inside, node);
    if (["ARRAY", "STRUCT", "JSON", "FLOAT64"].includes(value.type.kind)) {
      refuse(
        context,
        value.place,
        `Partitioning by expressions of type ${writeType(value.type)} is not allowed`,
      );
    }
    return value.sql;
  });
  const keys = window.order.map((item) => analyzeExpression(inside, item.value));
  const offsets =
    window.frame?.unit === "RANGE" && [window.frame.from, window.frame.to].some(hasDistance);
  const order = window.order.map((item, index) => {
    const key = keys[index];
    if (!key) return "";
    const ranged = offsets ? { ...key, type: int64 } : key;
    return writeOrder(context, item, ranged, key.sql);
  });
  const frame = window.frame && writeFrame(inside, window.frame, keys[0], name);
  const clauses = [
    partition.length > 0 ? `PARTITION BY ${partition.join(", ")}` : "",
    order.length > 0 ? `ORDER BY ${order.join(", ")}` : "",
    frame ?? "",
  ];
  return `OVER (${clauses.filter((clause) => clause !== "").join(" ")})`;
}

/** A window with what it takes from the one that it names. */
export function resolveWindow(context: Context, window: WindowSpecification): WindowSpecification {
  if (!window.base) return window;
  const base = context.namedWindows.get(keyOf(window.base));
  if (!base)
    return refuse(context, window.base.place, `Unrecognized window alias ${window.base.text}`);
  const named = resolveWindow(context, base);
  return {
    ...window,
    base: undefined,
    partition: window.partition.length > 0 ? window.partition : named.partition,
    order: window.order.length > 0 ? window.order : named.order,
    frame: window.frame ?? named.frame,
  };
}

/** What the keys of a window read. */
export function readsOfWindow(context: Context, written: WindowSpecification): Read[] {
  const window = resolveWindow(context, written);
  const keys = [...window.partition, ...window.order.map((item) => item.value)];
  return keys.flatMap((node) => analyzeExpression({ ...context, windows: false }, node).reads);
}

function hasDistance(bound: FrameBound | undefined): boolean {
  return bound !== undefined && "distance" in bound;
}

function writeFrame(
  context: Context,
  frame: Frame,
  key: Expression | undefined,
  name: string,
): string {
  const write = (bound: FrameBound): string => {
    if (!("distance" in bound)) return bound.kind;
    const distance = analyzeExpression(context, bound.distance);
    if (frame.unit === "ROWS") {
      if (!Number.isFinite(distanceTo(distance, int64))) {
        return refuse(
          context,
          distance.place,
          `Window framing expression has type ${writeType(distance.type)} but must be INT64`,
        );
      }
      return `${convert(distance, int64).sql} ${bound.kind}`;
    }
    if (!key || !Number.isFinite(distanceTo(distance, key.type))) {
      return refuse(
        context,
        distance.place,
        `Window framing expression has type ${writeType(distance.type)} which cannot be coerced to the type of the ORDER BY of ${name}`,
      );
    }
    return `${convert(distance, key.type).sql} ${bound.kind}`;
  };
  const from = write(frame.from);
  if (!frame.to) return `${frame.unit} ${from}`;
  return `${frame.unit} BETWEEN ${from} AND ${write(frame.to)}`;
}
