import { dayNames, monthNames } from "./format-time.ts";
import { civilMicros } from "./read-time.ts";
import { isTimeZone, toInstant } from "./time-zone.ts";

type Parsed = {
  year: number;
  century: number | undefined;
  month: number;
  day: number;
  dayOfYear: number | undefined;
  hour: number;
  half: "AM" | "PM" | undefined;
  minute: number;
  second: number;
  micros: number;
  zone: string | undefined;
  epoch: bigint | undefined;
};

type Field = "day" | "dayOfYear" | "hour" | "minute" | "month" | "second" | "year";

const numbers: Record<string, { field: Field; digits: number; least: number; most: number }> = {
  d: { field: "day", digits: 2, least: 1, most: 31 },
  e: { field: "day", digits: 2, least: 1, most: 31 },
  H: { field: "hour", digits: 2, least: 0, most: 23 },
  I: { field: "hour", digits: 2, least: 1, most: 12 },
  j: { field: "dayOfYear", digits: 3, least: 1, most: 366 },
  k: { field: "hour", digits: 2, least: 0, most: 23 },
  l: { field: "hour", digits: 2, least: 1, most: 12 },
  M: { field: "minute", digits: 2, least: 0, most: 59 },
  m: { field: "month", digits: 2, least: 1, most: 12 },
  S: { field: "second", digits: 2, least: 0, most: 60 },
  Y: { field: "year", digits: 5, least: 0, most: 10_000 },
};

/** Elements that stand for several. */
const shorthands: Record<string, string> = {
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  T: "%H:%M:%S",
  X: "%H:%M:%S",
  c: "%a %b %e %H:%M:%S %Y",
  x: "%m/%d/%y",
};

const dateElements = new Set("AaBbCDdeFGghjmQUuVWwxYyn%t".split(""));

/**
 * PARSE_TIMESTAMP and its relatives: µs since 1970, of an instant for a TIMESTAMP, of what the
 * clocks show for a DATE or DATETIME. Throws for text that does not match its format.
 */
export function parseTime(format: string, text: string, zone: string, kind: string): bigint {
  const fail = (): never => {
    throw new RangeError(`Failed to parse input string ${JSON.stringify(text)}`);
  };
  const expanded = format.replace(/%([DFRTXcx])/g, (all, letter: string) =>
    kind === "DATE" && /[RTXc]/.test(letter) ? all : (shorthands[letter] ?? all),
  );
  const parsed: Parsed = {
    year: 1970,
    century: undefined,
    month: 1,
    day: 1,
    dayOfYear: undefined,
    hour: 0,
    half: undefined,
    minute: 0,
    second: 0,
    micros: 0,
    zone: undefined,
    epoch: undefined,
  };
  let rest = text.trimStart();
  for (const [piece] of expanded.matchAll(/%(?:E(?:\*S|4Y|\dS|z)|[\s\S])|\s+|[^%\s]/g)) {
    if (/^\s/.test(piece) || piece === "%n" || piece === "%t") rest = rest.trimStart();
    else if (!piece.startsWith("%") || piece === "%%") {
      const literal = piece === "%%" ? "%" : piece;
      if (!rest.startsWith(literal)) return fail();
      rest = rest.slice(literal.length);
    } else {
      if (kind === "DATE" && !dateElements.has(piece.slice(1))) {
        throw new RangeError(`PARSE_DATE with ${piece} is not implemented by the local BigQuery`);
      }
      if (kind === "DATETIME" && /^%(?:Z|z|Ez|s)$/.test(piece)) {
        throw new RangeError(
          `PARSE_DATETIME with ${piece} is not implemented by the local BigQuery`,
        );
      }
      rest = readElement(piece.slice(1), rest, parsed) ?? fail();
    }
  }
  if (rest.trim() !== "") return fail();
  if (parsed.epoch !== undefined) return parsed.epoch;
  const civil = toMicros(parsed) ?? fail();
  if (kind !== "TIMESTAMP") return civil;
  const named = parsed.zone ?? zone;
  if (!isTimeZone(named)) throw new RangeError(`Invalid time zone: ${named}`);
  return toInstant(civil, named);
}

/** What is left of the text; undefined where the element is not in it. */
function readElement(element: string, text: string, parsed: Parsed): string | undefined {
  const take = (pattern: RegExp) => pattern.exec(text);
  const after = (match: RegExpExecArray) => text.slice(match[0].length);
  const number = numbers[element === "E4Y" ? "Y" : element];
  if (number) {
    const match = take(new RegExp(`^\\s*(\\d{1,${number.digits}})`));
    const value = Number(match?.[1]);
    if (!match || value < number.least || value > number.most) return undefined;
    parsed[number.field] = value;
    return after(match);
  }
  if (element === "y") {
    const match = take(/^\d{1,2}/);
    if (!match) return undefined;
    const value = Number(match[0]);
    parsed.year = value < 69 ? 2000 + value : 1900 + value;
    return after(match);
  }
  if (/^(?:E\*S|E\dS)$/.test(element)) {
    const most = element === "E*S" ? 9 : Number(element[1]);
    const match = take(new RegExp(`^(\\d{1,2})(?:\\.(\\d{0,${Math.max(most, 0)}}))?`));
    if (!match || Number(match[1]) > 60) return undefined;
    parsed.second = Number(match[1]);
    parsed.micros = Number((match[2] ?? "").padEnd(6, "0").slice(0, 6));
    return after(match);
  }
  if (/^[AaBbh]$/.test(element)) {
    const names = element.toLowerCase() === "a" ? dayNames : monthNames;
    const lower = text.toLowerCase();
    const index = names.findIndex((name) => lower.startsWith(name.slice(0, 3).toLowerCase()));
    const name = names[index];
    if (name === undefined) return undefined;
    if (names === monthNames) parsed.month = index + 1;
    return text.slice(lower.startsWith(name.toLowerCase()) ? name.length : 3);
  }
  if (element === "p" || element === "P") {
    const match = take(/^[ap]m/i);
    if (!match) return undefined;
    parsed.half = match[0].toUpperCase() === "PM" ? "PM" : "AM";
    return after(match);
  }
  if (element === "z" || element === "Ez") {
    const match = take(/^(?:([+-])(\d{1,2}):?(\d{2})?|[zZ])/);
    if (!match) return undefined;
    parsed.zone = match[1] === undefined ? "UTC" : `${match[1]}${match[2]}:${match[3] ?? "00"}`;
    return after(match);
  }
  if (element === "Z") {
    const match = take(/^(?:[A-Za-z][\w/+-]*|[+-]\d{1,2}(?::\d{2})?)/);
    if (!match || !isTimeZone(match[0])) return undefined;
    parsed.zone = match[0];
    return after(match);
  }
  if (element === "s") {
    const match = take(/^-?\d+/);
    if (!match) return undefined;
    parsed.epoch = BigInt(match[0]) * 1_000_000n;
    return after(match);
  }
  throw new RangeError(`Parsing with %${element} is not implemented by the local BigQuery`);
}

function toMicros(parsed: Parsed): bigint | undefined {
  let { hour } = parsed;
  if (parsed.half !== undefined) hour = (hour % 12) + (parsed.half === "PM" ? 12 : 0);
  const day =
    parsed.dayOfYear === undefined
      ? civilMicros(parsed.year, parsed.month, parsed.day)
      : dayOfYear(parsed.year, parsed.dayOfYear);
  if (day === undefined) return undefined;
  const seconds = (hour * 60 + parsed.minute) * 60 + parsed.second;
  return day + BigInt(seconds) * 1_000_000n + BigInt(parsed.micros);
}

function dayOfYear(year: number, day: number): bigint | undefined {
  const first = civilMicros(year, 1, 1);
  return first === undefined ? undefined : first + BigInt(day - 1) * 86_400_000_000n;
}
