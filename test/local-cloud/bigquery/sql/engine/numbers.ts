/** A NUMERIC has 29 digits before the point and 9 behind it. */
const largest = 10n ** 38n - 1n;
const scale = 10n ** 9n;

/** Reads `0x1F`, `+5`, ` 7 `; throws for what is no INT64. */
export function parseInt64(text: string): bigint {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)\s*$/.exec(text);
  if (!match) throw new RangeError(`Bad int64 value: ${text}`);
  const value = BigInt(match[2] ?? "0") * (match[1] === "-" ? -1n : 1n);
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`Bad int64 value: ${text}`);
  return value;
}

/** Reads `1.5`, `1e3`, `inf`, `nan`; throws for what is no FLOAT64. */
export function parseFloat64(text: string): number {
  const trimmed = text.trim().toLowerCase();
  const named = /^([+-]?)(inf|infinity|nan)$/.exec(trimmed);
  if (named) {
    if (named[2] === "nan") return Number.NaN;
    return named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(trimmed)) {
    throw new RangeError(`Bad double value: ${text}`);
  }
  return Number(trimmed);
}

export function parseBool(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw new RangeError(`Bad bool value: ${text}`);
}

/** Reads a NUMERIC, rounded to 9 digits, halves away from zero; throws for what is none. */
export function parseNumeric(text: string): string {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?\s*$/i.exec(text);
  const digits = `${match?.[2] ?? ""}${match?.[3] ?? ""}`;
  if (!match || digits === "") throw new RangeError(`Invalid NUMERIC value: ${text}`);
  const exponent = Number(match[4] ?? 0) - (match[3]?.length ?? 0) + 9;
  if (exponent > 60) throw new RangeError(`Invalid NUMERIC value: ${text}`);
  const value =
    exponent >= 0
      ? BigInt(digits) * 10n ** BigInt(exponent)
      : divideRounded(BigInt(digits), 10n ** BigInt(Math.min(-exponent, 200)));
  if (value > largest) throw new RangeError(`Invalid NUMERIC value: ${text}`);
  return writeNumeric(match[1] === "-" ? -value : value);
}

/** A NUMERIC from its billionths: `-1.5`. */
export function writeNumeric(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = String(size % scale)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / scale}${fraction === "" ? "" : `.${fraction}`}`;
}

/** All in billionths. */
export function multiplyNumeric(left: bigint, right: bigint): bigint {
  return inRange(divideRounded(left * right, scale), "*", left, right);
}

export function divideNumeric(left: bigint, right: bigint): bigint {
  if (right === 0n) {
    throw new RangeError(`division by zero: ${writeNumeric(left)} / ${writeNumeric(right)}`);
  }
  return inRange(divideRounded(left * scale, right), "/", left, right);
}

/** To `digits` places behind the point, halves away from zero or cut off. */
export function roundNumeric(value: bigint, digits: bigint, cut: boolean): bigint {
  if (digits >= 9n) return value;
  if (digits < -29n) return 0n;
  const unit = 10n ** (9n - digits);
  const rounded = (cut ? value / unit : divideRounded(value, unit)) * unit;
  return inRange(rounded, "ROUND", value, digits);
}

function inRange(value: bigint, operator: string, left: bigint, right: bigint): bigint {
  if (value <= largest && value >= -largest) return value;
  throw new RangeError(
    `numeric overflow: ${writeNumeric(left)} ${operator} ${writeNumeric(right)}`,
  );
}

function divideRounded(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  const rest = value % by;
  const size = (one: bigint) => (one < 0n ? -one : one);
  if (size(rest) * 2n < size(by)) return quotient;
  return quotient + (value < 0n === by < 0n ? 1n : -1n);
}

/** As CAST to STRING writes a FLOAT64: `1`, `0.1`, `1e+20`, `inf`. */
export function writeFloat64(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const digits = Math.max(17, mantissa.replace(/[-.]/g, "").length);
  if (size >= 1e-4 && size < 10 ** Math.min(digits, 17)) {
    return Number(exponent) < 0
      ? value.toFixed(mantissa.replace(/[-.]/g, "").length - 1 - Number(exponent))
      : String(value);
  }
  const power = Math.abs(Number(exponent));
  return `${mantissa}e${Number(exponent) < 0 ? "-" : "+"}${String(power).padStart(2, "0")}`;
}
