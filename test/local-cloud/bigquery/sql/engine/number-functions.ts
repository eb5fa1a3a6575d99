import {
  decimal,
  define1,
  define2,
  define3,
  type EngineFunction,
  float,
  integer,
  text,
  truth,
} from "./engine-function.ts";
import {
  divideNumeric,
  multiplyNumeric,
  parseBool,
  parseFloat64,
  parseInt64,
  parseNumeric,
  roundNumeric,
  writeFloat64,
  writeNumeric,
} from "./numbers.ts";

/** As C's %g writes a number in a refusal. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Refuses what is no number: GoogleSQL's functions never make an infinity of finite arguments. */
function finite(name: string, result: number, ...given: number[]): number {
  if (Number.isFinite(result) || given.some((one) => !Number.isFinite(one))) return result;
  throw new RangeError(`Floating point error in function: ${name}(${given.map(short).join(", ")})`);
}

const mathematics = {
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  atanh: Math.atanh,
  cosh: Math.cosh,
  exp: Math.exp,
  ln: Math.log,
  log10: Math.log10,
  sinh: Math.sinh,
} satisfies Record<string, (value: number) => number>;

export const numberEngineFunctions: EngineFunction[] = [
  ...Object.entries(mathematics).map(([name, run]) =>
    define1(`bq_${name}`, float, float, (value) => finite(name.toUpperCase(), run(value), value)),
  ),
  define2("bq_log", float, float, float, (value, base) => {
    if (value <= 0 || base <= 0 || base === 1) finite("LOG", Number.NaN, value, base);
    return base === 10
      ? Math.log10(value)
      : base === 2
        ? Math.log2(value)
        : Math.log(value) / Math.log(base);
  }),
  define1("bq_sqrt", float, float, (value) => {
    if (value < 0) throw new RangeError(`Argument to SQRT cannot be negative: ${short(value)}`);
    return Math.sqrt(value);
  }),
  define2("bq_pow", float, float, float, (base, exponent) =>
    finite("POW", base ** exponent, base, exponent),
  ),
  define2("bq_divide", float, float, float, (left, right) => {
    if (right === 0) throw new RangeError(`division by zero: ${short(left)} / ${short(right)}`);
    const result = left / right;
    if (!Number.isFinite(result) && Number.isFinite(left)) {
      throw new RangeError(`double overflow: ${short(left)} / ${short(right)}`);
    }
    return result;
  }),
  define2("bq_safe_divide", float, float, float, (left, right) =>
    right === 0 ? null : left / right,
  ),
  define2("bq_safe_add", integer, integer, integer, (left, right) => inRange(left + right)),
  define2("bq_safe_multiply", integer, integer, integer, (left, right) => inRange(left * right)),
  define2("bq_safe_subtract", integer, integer, integer, (left, right) => inRange(left - right)),
  define2("bq_ieee_divide", float, float, float, (left, right) => left / right),
  define2("bq_div", integer, integer, integer, (left, right) => {
    if (right === 0n) throw new RangeError(`division by zero: ${left} / ${right}`);
    return left / right;
  }),
  define2("bq_mod", integer, integer, integer, (left, right) => {
    if (right === 0n) throw new RangeError(`division by zero: MOD(${left}, ${right})`);
    return left % right;
  }),
  define2("bq_shift_left", integer, integer, integer, (value, by) => {
    if (by < 0n)
      throw new RangeError(
        `Bitwise binary operator for INT64 requires second operand to be non-negative, but saw: ${by}`,
      );
    return by > 63n ? 0n : BigInt.asIntN(64, value << by);
  }),
  define2("bq_shift_right", integer, integer, integer, (value, by) => {
    if (by < 0n)
      throw new RangeError(
        `Bitwise binary operator for INT64 requires second operand to be non-negative, but saw: ${by}`,
      );
    return by > 63n ? 0n : BigInt.asIntN(64, BigInt.asUintN(64, value) >> by);
  }),
  define2("bq_trunc", float, integer, float, (value, digits) => {
    const unit = 10 ** Number(digits);
    const cut = Math.trunc(value * unit) / unit;
    return Number.isFinite(cut) ? cut : value;
  }),
  define2("bq_round", float, integer, float, (value, digits) => {
    if (digits > 300n || !Number.isFinite(value)) return value;
    if (digits < -308n) return 0;
    // The text of a number has its shortest decimal digits: 1.005 is a half for a reader, too.
    const unit = 10 ** Math.abs(Number(digits));
    const scaled = digits < 0n ? value / unit : value * unit;
    const rounded = Math.sign(scaled) * Math.round(Math.abs(scaled));
    return digits < 0n ? rounded * unit : rounded / unit;
  }),
  define1("bq_int_from_text", text, integer, parseInt64),
  define1("bq_float_from_text", text, float, parseFloat64),
  define1("bq_bool_from_text", text, truth, parseBool),
  define1("bq_numeric_from_text", text, decimal, (value) => billionths(parseNumeric(value))),
  define1("bq_float_to_text", float, text, writeFloat64),
  define1("bq_numeric_to_text", decimal, text, writeNumeric),
  define1("bq_float_to_int", float, integer, (value) => {
    const rounded = Math.sign(value) * Math.round(Math.abs(value));
    if (!Number.isFinite(value) || BigInt.asIntN(64, BigInt(rounded)) !== BigInt(rounded)) {
      throw new RangeError(`Illegal conversion to int64: ${writeFloat64(value)}`);
    }
    return BigInt(rounded);
  }),
  define1("bq_float_to_numeric", float, decimal, (value) =>
    billionths(parseNumeric(String(value))),
  ),
  define2("bq_numeric_multiply", decimal, decimal, decimal, multiplyNumeric),
  define2("bq_numeric_divide", decimal, decimal, decimal, divideNumeric),
  define2("bq_numeric_safe_divide", decimal, decimal, decimal, (left, right) =>
    right === 0n ? null : divideNumeric(left, right),
  ),
  define3("bq_numeric_round", decimal, integer, truth, decimal, roundNumeric),
  define1("bq_error", text, text, (problem) => {
    throw new Error(problem);
  }),
];

function inRange(value: bigint): bigint | null {
  return BigInt.asIntN(64, value) === value ? value : null;
}

function billionths(numeric: string): bigint {
  const [whole = "0", fraction = ""] = numeric.replace("-", "").split(".");
  const size = BigInt(whole + fraction.padEnd(9, "0"));
  return numeric.startsWith("-") ? -size : size;
}
