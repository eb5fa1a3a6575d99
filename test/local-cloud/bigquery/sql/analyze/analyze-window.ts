import { applyOverload, type Overload, overload } from "../functions/overload.ts";
import type { Call } from "../parse/syntax-tree.ts";
import type { Expression } from "../types/expression.ts";
import { analyzeArguments, refuseSignature } from "./analyze-call.ts";
import { type Context, refuse } from "./context.ts";
import { readsOfWindow, resolveWindow, writeOver } from "./write-window.ts";

type WindowFunction = (over: string, nulls: string) => readonly Overload[];

const numbering =
  (name: string, result: string): WindowFunction =>
  (over) => [overload(`-> ${result}`, () => `${name}()${over}`)];

const neighbour =
  (name: string): WindowFunction =>
  (over, nulls) => [
    overload("T -> T", (x) => `${name}(${x}${nulls})${over}`),
    overload("T, INT64 -> T", (x, n) => `${name}(${x}, ${n}${nulls})${over}`),
    overload(
      "T, INT64, T -> T",
      (x, n, missing) => `${name}(${x}, ${n}, ${missing}${nulls})${over}`,
    ),
  ];

const end =
  (name: string): WindowFunction =>
  (over, nulls) => [overload("T -> T", (x) => `${name}(${x}${nulls})${over}`)];

const windowFunctions: Record<string, WindowFunction> = {
  CUME_DIST: numbering("cume_dist", "FLOAT64"),
  DENSE_RANK: numbering("dense_rank", "INT64"),
  FIRST_VALUE: end("first_value"),
  LAG: neighbour("lag"),
  LAST_VALUE: end("last_value"),
  LEAD: neighbour("lead"),
  NTH_VALUE: (over, nulls) => [
    overload("T, INT64 -> T", (x, n) => `nth_value(${x}, ${n}${nulls})${over}`),
  ],
  NTILE: (over) => [overload("INT64 -> INT64", (n) => `ntile(${n})${over}`)],
  PERCENTILE_CONT: (over) => [
    overload("FLOAT64, FLOAT64 -> FLOAT64", (x, p) => `quantile_cont(${x}, ${p})${over}`),
  ],
  PERCENTILE_DISC: (over) => [
    overload("T, FLOAT64 -> T", (x, p) => `quantile_disc(${x}, ${p})${over}`),
  ],
  PERCENT_RANK: numbering("percent_rank", "FLOAT64"),
  RANK: numbering("rank", "INT64"),
  ROW_NUMBER: numbering("row_number", "INT64"),
};

/** The functions that need OVER. */
export const windowNames: ReadonlySet<string> = new Set(Object.keys(windowFunctions));

const needOrder = new Set([
  "CUME_DIST",
  "DENSE_RANK",
  "LAG",
  "LEAD",
  "NTILE",
  "PERCENT_RANK",
  "RANK",
]);
const takesNulls = new Set([
  "FIRST_VALUE",
  "LAST_VALUE",
  "NTH_VALUE",
  "PERCENTILE_CONT",
  "PERCENTILE_DISC",
]);
const noFrame = new Set([...needOrder, "PERCENTILE_CONT", "PERCENTILE_DISC", "ROW_NUMBER"]);

/** Understands a function of a window that is no aggregate. */
export function analyzeWindowFunction(context: Context, call: Call, name: string): Expression {
  const { over, place } = call;
  if (!over)
    return refuse(
      context,
      place,
      `Analytic function ${name.toLowerCase()} cannot be called without an OVER clause`,
    );
  if (!context.windows)
    refuse(context, place, `Analytic function not allowed in ${context.clause}`);
  if (call.distinct)
    refuse(context, place, `DISTINCT is not allowed for analytic function ${name.toLowerCase()}`);
  const window = resolveWindow(context, over);
  if (needOrder.has(name) && window.order.length === 0) {
    refuse(
      context,
      over.place,
      `Window ORDER BY is required for analytic function ${name.toLowerCase()}`,
    );
  }
  if (name.startsWith("PERCENTILE") && window.order.length > 0) {
    refuse(
      context,
      window.order[0]?.place ?? place,
      `Window ORDER BY is not allowed for analytic function ${name.toLowerCase()}`,
    );
  }
  if (noFrame.has(name) && window.frame) {
    refuse(
      context,
      over.place,
      `Window framing clause is not allowed for analytic function ${name.toLowerCase()}`,
    );
  }
  if (call.nulls && !takesNulls.has(name)) {
    refuse(
      context,
      place,
      `${call.nulls} NULLS is not allowed for analytic function ${name.toLowerCase()}`,
    );
  }
  if (call.nulls === "RESPECT" && name.startsWith("PERCENTILE")) {
    refuse(context, place, `RESPECT NULLS in ${name} is not supported`);
  }
  const inside: Context = { ...context, windows: false };
  const given = analyzeArguments(inside, call);
  const nulls = call.nulls === "IGNORE" && !name.startsWith("PERCENTILE") ? " IGNORE NULLS" : "";
  const overloads = windowFunctions[name]?.(` ${writeOver(context, over, name)}`, nulls) ?? [];
  const applied = applyOverload(overloads, given, place);
  if (!applied) return refuseSignature(context, call, name, given, overloads, "analytic function");
  return { ...applied, reads: [...applied.reads, ...readsOfWindow(context, over)], windows: true };
}
