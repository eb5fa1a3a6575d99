import { type Overload, overload } from "./overload.ts";

const float1 = (name: string) => [overload("FLOAT64 -> FLOAT64", (x) => `${name}(${x})`)];
const native = (name: string) => overload("FLOAT64 -> FLOAT64", (x) => `${name}(${x})`);

/** NULL where one is NULL, which DuckDB leaves out. */
function extreme(name: string): Overload[] {
  return [
    overload("T, T... -> T", (...all) => {
      const missing = all.map((one) => `${one} IS NULL`).join(" OR ");
      return `CASE WHEN ${missing} THEN NULL ELSE ${name}(${all.join(", ")}) END`;
    }),
    overload("T -> T", (only) => only),
  ];
}

const safely = (name: string, operator: string): Overload[] => [
  overload("INT64, INT64 -> INT64", (a, b) => `bq_safe_${name}(${a}, ${b})`),
  overload("FLOAT64, FLOAT64 -> FLOAT64", (a, b) => `((${a}) ${operator} (${b}))`),
];

export const numberFunctions: Record<string, readonly Overload[]> = {
  ABS: [
    overload("INT64 -> INT64", (x) => `abs(${x})`),
    overload("NUMERIC -> NUMERIC", (x) => `abs(${x})`),
    overload("FLOAT64 -> FLOAT64", (x) => `abs(${x})`),
  ],
  ACOS: float1("bq_acos"),
  ACOSH: float1("bq_acosh"),
  ASIN: float1("bq_asin"),
  ASINH: float1("asinh"),
  ATAN: float1("atan"),
  ATAN2: [overload("FLOAT64, FLOAT64 -> FLOAT64", (y, x) => `atan2(${y}, ${x})`)],
  ATANH: float1("bq_atanh"),
  CBRT: float1("cbrt"),
  CEIL: [
    overload("NUMERIC -> NUMERIC", (x) => `CAST(ceil(${x}) AS DECIMAL(38,9))`),
    native("ceil"),
  ],
  CEILING: [
    overload("NUMERIC -> NUMERIC", (x) => `CAST(ceil(${x}) AS DECIMAL(38,9))`),
    native("ceil"),
  ],
  COS: float1("cos"),
  COSH: float1("bq_cosh"),
  DIV: [overload("INT64, INT64 -> INT64", (a, b) => `bq_div(${a}, ${b})`)],
  EXP: float1("bq_exp"),
  FLOOR: [
    overload("NUMERIC -> NUMERIC", (x) => `CAST(floor(${x}) AS DECIMAL(38,9))`),
    native("floor"),
  ],
  GREATEST: extreme("greatest"),
  IEEE_DIVIDE: [overload("FLOAT64, FLOAT64 -> FLOAT64", (a, b) => `bq_ieee_divide(${a}, ${b})`)],
  IS_INF: [overload("FLOAT64 -> BOOL", (x) => `isinf(${x})`)],
  IS_NAN: [overload("FLOAT64 -> BOOL", (x) => `isnan(${x})`)],
  LEAST: extreme("least"),
  LN: float1("bq_ln"),
  LOG: [
    overload("FLOAT64 -> FLOAT64", (x) => `bq_ln(${x})`),
    overload("FLOAT64, FLOAT64 -> FLOAT64", (x, base) => `bq_log(${x}, ${base})`),
  ],
  LOG10: float1("bq_log10"),
  MOD: [overload("INT64, INT64 -> INT64", (a, b) => `bq_mod(${a}, ${b})`)],
  PI: [overload("-> FLOAT64", () => "pi()")],
  POW: [overload("FLOAT64, FLOAT64 -> FLOAT64", (x, y) => `bq_pow(${x}, ${y})`)],
  POWER: [overload("FLOAT64, FLOAT64 -> FLOAT64", (x, y) => `bq_pow(${x}, ${y})`)],
  RAND: [overload("-> FLOAT64", () => "random()")],
  RANGE_BUCKET: [
    overload(
      "T, ARRAY<T> -> INT64",
      (x, list) =>
        `CASE WHEN ${x} IS NULL OR ${list} IS NULL THEN NULL ELSE len(list_filter(${list}, lambda each_item: each_item <= ${x})) END`,
    ),
  ],
  ROUND: [
    overload("NUMERIC -> NUMERIC", (x) => `bq_numeric_round(${x}, 0::BIGINT, false)`),
    overload("NUMERIC, INT64 -> NUMERIC", (x, n) => `bq_numeric_round(${x}, ${n}, false)`),
    native("round"),
    overload("FLOAT64, INT64 -> FLOAT64", (x, n) => `bq_round(${x}, ${n})`),
  ],
  SAFE_ADD: safely("add", "+"),
  SAFE_DIVIDE: [
    overload("FLOAT64, FLOAT64 -> FLOAT64", (a, b) => `bq_safe_divide(${a}, ${b})`),
    overload("NUMERIC, NUMERIC -> NUMERIC", (a, b) => `bq_numeric_safe_divide(${a}, ${b})`),
  ],
  SAFE_MULTIPLY: safely("multiply", "*"),
  SAFE_NEGATE: [
    overload("INT64 -> INT64", (x) => `bq_safe_subtract(0::BIGINT, ${x})`),
    overload("FLOAT64 -> FLOAT64", (x) => `(-(${x}))`),
  ],
  SAFE_SUBTRACT: safely("subtract", "-"),
  SIGN: [
    overload("INT64 -> INT64", (x) => `CAST(sign(${x}) AS BIGINT)`),
    overload("NUMERIC -> NUMERIC", (x) => `CAST(sign(${x}) AS DECIMAL(38,9))`),
    overload(
      "FLOAT64 -> FLOAT64",
      (x) => `CASE WHEN isnan(${x}) THEN ${x} ELSE CAST(sign(${x}) AS DOUBLE) END`,
    ),
  ],
  SIN: float1("sin"),
  SINH: float1("bq_sinh"),
  SQRT: float1("bq_sqrt"),
  TAN: float1("tan"),
  TANH: float1("tanh"),
  TRUNC: [
    overload("NUMERIC -> NUMERIC", (x) => `bq_numeric_round(${x}, 0::BIGINT, true)`),
    overload("NUMERIC, INT64 -> NUMERIC", (x, n) => `bq_numeric_round(${x}, ${n}, true)`),
    native("trunc"),
    overload("FLOAT64, INT64 -> FLOAT64", (x, n) => `bq_trunc(${x}, ${n})`),
  ],
  BIT_COUNT: [overload("INT64 -> INT64", (x) => `CAST(bit_count(${x}) AS BIGINT)`)],
  GENERATE_UUID: [overload("-> STRING", () => "CAST(uuid() AS VARCHAR)")],
  FARM_FINGERPRINT: [
    overload("STRING -> INT64", (x) => `bq_farm(encode(${x}))`),
    overload("BYTES -> INT64", (x) => `bq_farm(${x})`),
  ],
};
