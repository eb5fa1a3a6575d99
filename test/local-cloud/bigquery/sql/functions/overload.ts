import { commonType, convert, distanceTo } from "../types/convert-expression.ts";
import { compose, type Expression } from "../types/expression.ts";
import { arrayOf, type ScalarKind, type SqlType, sameType } from "../types/sql-type.ts";

/** One way to call a function, and what DuckDB is told for it. */
export type Overload = {
  parameters: Pattern[];
  /** Whether the last parameter may come again. */
  repeats: boolean;
  result: Pattern;
  /** As refusals list it. */
  written: string;
  write: (...values: string[]) => string;
};

/** A type, or one that stands for whatever is given: T, or a list of it. */
type Pattern = SqlType | "ARRAY<T>" | "T";

const kinds: readonly ScalarKind[] = [
  "BOOL",
  "BYTES",
  "DATE",
  "DATETIME",
  "FLOAT64",
  "INT64",
  "JSON",
  "NUMERIC",
  "STRING",
  "TIMESTAMP",
];

/** `overload("STRING, INT64 -> STRING", (text, n) => …)`; `...` after the last that may repeat. */
export function overload(signature: string, write: (...values: string[]) => string): Overload {
  const [given = "", result = ""] = signature.split("->").map((side) => side.trim());
  const names = given === "" ? [] : given.split(",").map((name) => name.trim());
  return {
    parameters: names.map((name) => readPattern(name.replace("...", ""))),
    repeats: given.endsWith("..."),
    result: readPattern(result),
    written: given.replaceAll("T", (letter, at: number) =>
      /\w/.test(given[at - 1] ?? "") || /\w/.test(given[at + 1] ?? "") ? letter : "ANY",
    ),
    write,
  };
}

function readPattern(name: string): Pattern {
  if (name === "T" || name === "ARRAY<T>") return name;
  const element = /^ARRAY<(\w+)>$/.exec(name)?.[1];
  if (element !== undefined) return arrayOf(scalar(element));
  return scalar(name);
}

function scalar(name: string): SqlType {
  const kind = kinds.find((one) => one === name);
  if (kind === undefined) throw new RangeError(`No type ${name}`);
  return { kind };
}

/** The closest of several overloads applied to arguments; undefined where none fits. */
export function applyOverload(
  overloads: readonly Overload[],
  given: readonly Expression[],
  place: number,
): Expression | undefined {
  let best: { one: Overload; types: SqlType[]; common: SqlType | undefined } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of overloads) {
    const fitted = matchArguments(one, given);
    if (!fitted || fitted.distance >= least) continue;
    best = { one, ...fitted };
    least = fitted.distance;
  }
  if (!best) return undefined;
  const { one, types, common } = best;
  const converted = given.map((argument, index) =>
    convert(argument, types[index] ?? argument.type),
  );
  const result = resolve(one.result, common) ?? { kind: "INT64" };
  return compose(one.write(...converted.map((argument) => argument.sql)), result, place, converted);
}

function matchArguments(one: Overload, given: readonly Expression[]) {
  const { parameters, repeats } = one;
  if (given.length < parameters.length) return undefined;
  if (given.length > parameters.length && !repeats) return undefined;
  const patterns = given.map((_, index) => parameters[index] ?? parameters.at(-1) ?? "T");
  const generic = given.flatMap((argument, index) => {
    if (patterns[index] === "T") return [argument];
    if (patterns[index] !== "ARRAY<T>") return [];
    const { type } = argument;
    return type.kind === "ARRAY" ? [compose("", type.element, argument.place)] : [];
  });
  const common = generic.length > 0 ? commonType(generic) : undefined;
  if (generic.length > 0 && !common) return undefined;
  const types: SqlType[] = [];
  let distance = 0;
  for (const [index, argument] of given.entries()) {
    const type = resolve(patterns[index] ?? "T", common);
    if (!type) return undefined;
    types.push(type);
    distance += distanceTo(argument, type) * (sameType(argument.type, type) ? 0.5 : 1);
  }
  return Number.isFinite(distance) ? { types, common, distance } : undefined;
}

function resolve(pattern: Pattern, common: SqlType | undefined): SqlType | undefined {
  if (pattern === "T") return common;
  if (pattern === "ARRAY<T>")
    return common && common.kind !== "ARRAY" ? arrayOf(common) : undefined;
  return pattern;
}
