import { isTimeZone } from "../engine/time-zone.ts";
import { overload } from "../functions/overload.ts";
import type { Call, Node } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { convert, distanceTo } from "../types/convert-expression.ts";
import { compose, type Expression } from "../types/expression.ts";
import {
  arrayOf,
  date,
  datetime,
  int64,
  type ScalarKind,
  type SqlType,
  string,
  timestamp,
  writeType,
} from "../types/sql-type.ts";
import { analyzeArguments, argumentAt, callOverloads, refuseSignature } from "./analyze-call.ts";
import { analyzeExpression, describeType } from "./analyze-expression.ts";
import { type Context, refuse } from "./context.ts";

type Analyzer = (context: Context, call: Call, name: string) => Expression;
type TimeKind = "DATE" | "DATETIME" | "TIMESTAMP";

/** A part of a time; `day` is where a week begins, Sunday being 0. */
type Part = { unit: string; day: number; written: string };

const weekdays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
const dateUnits = ["YEAR", "ISOYEAR", "QUARTER", "MONTH", "WEEK", "ISOWEEK", "DAY"];
const clockUnits: Record<string, bigint> = {
  HOUR: 3_600_000_000n,
  MINUTE: 60_000_000n,
  SECOND: 1_000_000n,
  MILLISECOND: 1000n,
  MICROSECOND: 1n,
};
const dayMicros = 86_400_000_000n;

/** Functions of DATE, DATETIME and TIMESTAMP that read parts, intervals or zones. */
export const timeAnalyzers: Record<string, Analyzer> = {
  CURRENT_DATE: (context, call) => current(context, call, date),
  CURRENT_DATETIME: (context, call) => current(context, call, datetime),
  CURRENT_TIMESTAMP: (context, call) => current(context, call, timestamp),
  DATE: makeDate,
  DATE_ADD: add("DATE", "+"),
  DATE_DIFF: difference("DATE"),
  DATE_SUB: add("DATE", "-"),
  DATE_TRUNC: truncate("DATE"),
  DATETIME: makeDatetime,
  DATETIME_ADD: add("DATETIME", "+"),
  DATETIME_DIFF: difference("DATETIME"),
  DATETIME_SUB: add("DATETIME", "-"),
  DATETIME_TRUNC: truncate("DATETIME"),
  FORMAT_TIMESTAMP: formatTimestamp,
  GENERATE_DATE_ARRAY: generateDates,
  GENERATE_TIMESTAMP_ARRAY: generateTimestamps,
  LAST_DAY: lastDay,
  TIMESTAMP: makeTimestamp,
  TIMESTAMP_ADD: add("TIMESTAMP", "+"),
  TIMESTAMP_DIFF: difference("TIMESTAMP"),
  TIMESTAMP_SUB: add("TIMESTAMP", "-"),
  TIMESTAMP_TRUNC: truncate("TIMESTAMP"),
};

/** What the clocks of a zone show at an instant. */
function civilOf(context: Context, instant: string, zone: Expression | undefined): string {
  const named = readZone(context, zone);
  // Without the zones of DuckDB, which cost more than all else of a query over many rows.
  if (named === "UTC") return `make_timestamp(epoch_us(${instant}))`;
  return `bq_to_civil(epoch_us(${instant}), ${zone?.sql ?? "'UTC'"})`;
}

/** The instant at which the clocks of a zone show it. */
function instantOf(context: Context, civil: string, zone: Expression | undefined): string {
  const named = readZone(context, zone);
  if (named === "UTC") return `(${civil} AT TIME ZONE 'UTC')`;
  return `make_timestamptz(bq_to_instant(${civil}, ${zone?.sql ?? "'UTC'"}))`;
}

/** The name of a zone that is written out. */
function readZone(context: Context, zone: Expression | undefined): string | undefined {
  if (!zone) return "UTC";
  if (!Number.isFinite(distanceTo(zone, string))) {
    return refuse(
      context,
      zone.place,
      `A time zone must be a STRING but was ${writeType(zone.type)}`,
    );
  }
  if (zone.constant?.kind !== "string") return undefined;
  const { value } = zone.constant;
  if (!isTimeZone(value)) return refuse(context, zone.place, `Invalid time zone: ${value}`);
  return value === "Etc/UTC" || value === "+00:00" || value === "+00" ? "UTC" : value;
}

function readPart(context: Context, node: Node | undefined, place: number): Part {
  const invalid = (): never =>
    refuse(context, node?.place ?? place, "A valid date part name is required");
  if (node?.kind === "path" && node.names.length === 1) {
    const unit = node.names[0]?.text.toUpperCase() ?? "";
    const known = dateUnits.includes(unit) || unit in clockUnits || otherParts.has(unit);
    return known ? { unit, day: 0, written: unit } : invalid();
  }
  if (node?.kind === "call" && node.names[0]?.text.toUpperCase() === "WEEK") {
    const argument = argumentAt(node, 0);
    const name = argument?.kind === "path" ? (argument.names[0]?.text.toUpperCase() ?? "") : "";
    const day = weekdays.indexOf(name);
    return day < 0 ? invalid() : { unit: "WEEK", day, written: `WEEK(${name})` };
  }
  return invalid();
}

const otherParts = new Set(["DATE", "DATETIME", "DAYOFWEEK", "DAYOFYEAR", "NANOSECOND", "TIME"]);

function isTime(type: SqlType): type is { kind: TimeKind } {
  return type.kind === "DATE" || type.kind === "DATETIME" || type.kind === "TIMESTAMP";
}

/** An argument as the type that a function is about, or another time that it takes as well. */
function readTime(
  value: Expression,
  wanted: TimeKind,
): (Expression & { type: { kind: TimeKind } }) | undefined {
  const { constant, type } = value;
  if (!constant && isTime(type)) return { ...value, type };
  const target: SqlType = { kind: wanted };
  if (!Number.isFinite(distanceTo(value, target))) return undefined;
  return { ...convert(value, target), type: { kind: wanted } };
}

function supports(kind: TimeKind, unit: string): boolean {
  return dateUnits.includes(unit) || (kind !== "DATE" && unit in clockUnits);
}

function refuseUnit(
  context: Context,
  place: number,
  name: string,
  part: Part,
  kind: ScalarKind,
): never {
  return refuse(
    context,
    place,
    `${name} does not support the ${part.written} date part when the argument is ${kind} type`,
  );
}

function current(context: Context, call: Call, type: SqlType): Expression {
  const [zone, ...more] = analyzeArguments(context, call);
  if (more.length > 0 || (zone && type.kind === "TIMESTAMP")) {
    return refuseSignature(
      context,
      call,
      `CURRENT_${type.kind}`,
      zone ? [zone, ...more] : more,
      [],
    );
  }
  const civil = civilOf(context, "now()", zone);
  const sql =
    type.kind === "TIMESTAMP" ? "now()" : type.kind === "DATE" ? `CAST(${civil} AS DATE)` : civil;
  return compose(sql, type, call.place);
}

function makeDate(context: Context, call: Call, name: string): Expression {
  const given = analyzeArguments(context, call);
  const [first, zone] = given;
  if (first && given.length <= 2 && first.type.kind !== "INT64") {
    const value =
      first.type.kind === "DATETIME" || first.type.kind === "DATE" ? first : asTimestamp(first);
    if (value?.type.kind === "DATE" && !zone) return value;
    if (value?.type.kind === "DATETIME" && !zone)
      return compose(`CAST(${value.sql} AS DATE)`, date, call.place, given);
    if (value?.type.kind === "TIMESTAMP") {
      return compose(`CAST(${civilOf(context, value.sql, zone)} AS DATE)`, date, call.place, given);
    }
  }
  return callOverloads(context, call, name, [
    overload("INT64, INT64, INT64 -> DATE", (y, m, d) => `CAST(bq_date(${y}, ${m}, ${d}) AS DATE)`),
  ]);
}

function asTimestamp(value: Expression): Expression | undefined {
  return Number.isFinite(distanceTo(value, timestamp)) ? convert(value, timestamp) : undefined;
}

function makeDatetime(context: Context, call: Call, name: string): Expression {
  const given = analyzeArguments(context, call);
  const [first, zone] = given;
  if (first && given.length <= 2 && first.type.kind !== "INT64") {
    if (first.type.kind === "DATETIME" && !zone) return first;
    if (first.type.kind === "DATE" && !zone) return convert(first, datetime);
    const value = asTimestamp(first);
    if (value) return compose(civilOf(context, value.sql, zone), datetime, call.place, given);
  }
  const clock = (h: string, mi: string, s: string) =>
    `to_microseconds(bq_time_of_day(${h}, ${mi}, ${s}))`;
  return callOverloads(context, call, name, [
    overload(
      "INT64, INT64, INT64, INT64, INT64, INT64 -> DATETIME",
      (y, m, d, h = "", mi = "", s = "") => `(bq_date(${y}, ${m}, ${d}) + ${clock(h, mi, s)})`,
    ),
  ]);
}

function makeTimestamp(context: Context, call: Call, name: string): Expression {
  const given = analyzeArguments(context, call);
  const [first, zone, ...more] = given;
  if (!first || more.length > 0) return refuseSignature(context, call, name, given, []);
  const result = (sql: string) => compose(sql, timestamp, call.place, given);
  switch (first.type.kind) {
    case "STRING": {
      readZone(context, zone);
      return result(`make_timestamptz(bq_timestamp_micros(${first.sql}, ${zone?.sql ?? "'UTC'"}))`);
    }
    case "DATE":
      return result(instantOf(context, `CAST(${first.sql} AS TIMESTAMP)`, zone));
    case "DATETIME":
      return result(instantOf(context, first.sql, zone));
    case "TIMESTAMP":
      if (!zone) return first;
      return refuseSignature(context, call, name, given, []);
    default:
      if (first.constant?.kind === "null") return convert(first, timestamp);
      return refuseSignature(context, call, name, given, []);
  }
}

function add(wanted: TimeKind, operator: "+" | "-"): Analyzer {
  return (context, call, name) => {
    const [first, second] = call.arguments;
    const interval = second?.value;
    if (
      !first ||
      first.value === "*" ||
      !interval ||
      interval === "*" ||
      call.arguments.length !== 2
    ) {
      return refuseSignature(context, call, name, analyzeArguments(context, call), []);
    }
    const value = readTime(analyzeExpression(context, first.value), wanted);
    if (interval.kind !== "interval") {
      const amount = analyzeExpression(context, interval);
      // DATE_ADD(date, 1) adds days.
      if (wanted === "DATE" && value && Number.isFinite(distanceTo(amount, int64))) {
        throw notImplemented(`${name} without an INTERVAL`);
      }
      return refuseSignature(
        context,
        call,
        name,
        [analyzeExpression(context, first.value), amount],
        [],
      );
    }
    if (!value) {
      const given = describeType(analyzeExpression(context, first.value));
      return refuse(
        context,
        call.place,
        `No matching signature for function ${name} for argument types: ${given}, INTERVAL INT64 DATE_TIME_PART`,
      );
    }
    return shift(context, value, interval, operator, name, call.place);
  };
}

/** `time + INTERVAL n UNIT`, which makes a DATETIME of a DATE. */
export function addInterval(
  context: Context,
  value: Expression,
  interval: Node & { kind: "interval" },
  operator: "+" | "-",
  name: string,
  place: number,
): Expression {
  const wanted = value.type.kind === "DATE" ? convert(value, datetime) : value;
  const time = readTime(wanted, "TIMESTAMP");
  if (!time) {
    return refuse(
      context,
      place,
      `No matching signature for ${name} for argument types: ${describeType(value)}, INTERVAL`,
    );
  }
  return shift(context, time, interval, operator, name, place);
}

function shift(
  context: Context,
  value: Expression & { type: { kind: TimeKind } },
  interval: Node & { kind: "interval" },
  operator: "+" | "-",
  name: string,
  place: number,
): Expression {
  const { kind } = value.type;
  const part: Part = {
    unit: interval.unit.text.toUpperCase(),
    day: 0,
    written: interval.unit.text.toUpperCase(),
  };
  const amount = analyzeExpression(context, interval.value);
  if (!Number.isFinite(distanceTo(amount, int64))) {
    return refuse(context, amount.place, `Interval value must be coercible to INT64 type`);
  }
  const n = convert(amount, int64).sql;
  const months = { MONTH: 1, QUARTER: 3, YEAR: 12 }[part.unit];
  const clock = clockUnits[part.unit];
  const known =
    months !== undefined || clock !== undefined || part.unit === "DAY" || part.unit === "WEEK";
  if (!known) return refuse(context, interval.unit.place, "A valid date part name is required");
  const long = months !== undefined || part.unit === "WEEK";
  const fits = kind === "DATE" ? clock === undefined : kind === "DATETIME" || !long;
  if (!fits) return refuseUnit(context, place, name, part, kind);
  const times = (factor: bigint | number) =>
    factor === 1n || factor === 1 ? `(${n})` : `((${n}) * ${factor})`;
  let span: string;
  if (months !== undefined) span = `to_months(CAST(${times(months)} AS INTEGER))`;
  else if (clock !== undefined) span = `to_microseconds(${times(clock)})`;
  else span = `to_days(CAST(${times(part.unit === "WEEK" ? 7 : 1)} AS INTEGER))`;
  const sql =
    kind === "TIMESTAMP"
      ? // Without the calendar of DuckDB, which takes five times as long.
        `make_timestamptz(epoch_us(${value.sql}) ${operator} ${times(clock ?? dayMicros)})`
      : `(${value.sql} ${operator} ${span})`;
  return compose(kind === "DATE" ? `CAST(${sql} AS DATE)` : sql, value.type, place, [
    value,
    amount,
  ]);
}

function truncate(wanted: TimeKind): Analyzer {
  return (context, call, name) => {
    const [first, second, third, ...more] = call.arguments;
    if (!first || first.value === "*" || !second || more.length > 0) {
      return refuseSignature(context, call, name, [], []);
    }
    const given = analyzeExpression(context, first.value);
    const value = readTime(given, wanted);
    const part = readPart(context, second.value === "*" ? undefined : second.value, second.place);
    if (!value) {
      return refuse(
        context,
        call.place,
        `No matching signature for function ${name} for argument types: ${describeType(given)}, DATE_TIME_PART`,
      );
    }
    const { kind } = value.type;
    if (!supports(kind, part.unit)) return refuseUnit(context, call.place, name, part, kind);
    const zoneNode = third?.value;
    const zone = zoneNode && zoneNode !== "*" ? analyzeExpression(context, zoneNode) : undefined;
    if (zone && kind !== "TIMESTAMP") {
      return refuse(context, zone.place, `${name} of a ${kind} takes no time zone`);
    }
    const result = (sql: string) =>
      compose(sql, value.type, call.place, zone ? [value, zone] : [value]);
    const clock = clockUnits[part.unit];
    if (kind === "TIMESTAMP" && clock !== undefined) {
      const named = readZone(context, zone);
      if (named === "UTC") return result(`date_trunc('${part.unit}', ${value.sql})`);
      // Of two hours that a zone's clocks show alike, each stays itself.
      const offset = `(epoch_us(${civilOf(context, value.sql, zone)}) - epoch_us(${value.sql}))`;
      const shifted = `make_timestamp(epoch_us(${value.sql}) + ${offset})`;
      return result(
        `make_timestamptz(epoch_us(date_trunc('${part.unit}', ${shifted})) - ${offset})`,
      );
    }
    if (kind === "TIMESTAMP") {
      return result(
        instantOf(context, truncateCivil(civilOf(context, value.sql, zone), part, true), zone),
      );
    }
    return result(
      kind === "DATE"
        ? truncateCivil(value.sql, part, false)
        : truncateCivil(value.sql, part, true),
    );
  };
}

/** The first moment of the part; `timed` for a TIMESTAMP of DuckDB, else for a DATE. */
function truncateCivil(civil: string, part: Part, timed: boolean): string {
  const type = timed ? "TIMESTAMP" : "DATE";
  if (part.unit === "ISOYEAR") {
    return `CAST(date_trunc('week', make_date(date_part('isoyear', ${civil}), 1, 4)) AS ${type})`;
  }
  if (part.unit === "WEEK") {
    const day = `CAST(${civil} AS DATE)`;
    const since = `((CAST(date_part('dow', ${civil}) AS INTEGER) + ${7 - part.day}) % 7)`;
    return `CAST((${day} - ${since}) AS ${type})`;
  }
  const unit = part.unit === "ISOWEEK" ? "week" : part.unit.toLowerCase();
  return `CAST(date_trunc('${unit}', ${civil}) AS ${type})`;
}

function difference(wanted: TimeKind): Analyzer {
  return (context, call, name) => {
    const [first, second, third, ...more] = call.arguments;
    if (
      !first ||
      first.value === "*" ||
      !second ||
      second.value === "*" ||
      !third ||
      more.length > 0
    ) {
      return refuseSignature(context, call, name, [], []);
    }
    const given = [
      analyzeExpression(context, first.value),
      analyzeExpression(context, second.value),
    ];
    const [a, b] = given;
    const kinds = given
      .filter((one) => !one.constant && isTime(one.type))
      .map((one) => one.type.kind);
    const kind = kinds.includes("TIMESTAMP")
      ? "TIMESTAMP"
      : kinds.includes("DATETIME")
        ? "DATETIME"
        : (kinds[0] ?? wanted);
    const left =
      a &&
      readTime(a, kind === "DATE" || kind === "DATETIME" || kind === "TIMESTAMP" ? kind : wanted);
    const right = b && readTime(b, left?.type.kind ?? wanted);
    const part = readPart(context, third.value === "*" ? undefined : third.value, third.place);
    const widened =
      left && right && left.type.kind !== right.type.kind ? widen(left, right) : { left, right };
    if (!widened.left || !widened.right || widened.left.type.kind !== widened.right.type.kind) {
      const types = given.map((one) => describeType(one)).join(", ");
      return refuse(
        context,
        call.place,
        `No matching signature for function ${name} for argument types: ${types}, DATE_TIME_PART`,
      );
    }
    const { kind: common } = widened.left.type;
    const timestamps = common === "TIMESTAMP";
    const clock = clockUnits[part.unit] ?? (part.unit === "DAY" ? dayMicros : undefined);
    const allowed = timestamps ? clock !== undefined : supports(common, part.unit);
    if (!allowed) return refuseUnit(context, call.place, name, part, common);
    const x = widened.left.sql;
    const y = widened.right.sql;
    const result = (sql: string) => compose(`CAST(${sql} AS BIGINT)`, int64, call.place, given);
    if (timestamps) {
      return result(`bq_div(epoch_us(${x}) - epoch_us(${y}), ${clock ?? 1n}::BIGINT)`);
    }
    return result(countBoundaries(x, y, part));
  };
}

/** A DATE beside a DATETIME is one. */
function widen(
  left: Expression & { type: { kind: TimeKind } },
  right: Expression & { type: { kind: TimeKind } },
) {
  const kinds = [left.type.kind, right.type.kind];
  if (kinds.includes("TIMESTAMP")) return { left: undefined, right: undefined };
  const become = (value: Expression) => ({
    ...convert(value, datetime),
    type: { kind: "DATETIME" } as const,
  });
  return { left: become(left), right: become(right) };
}

/** How many first moments of a part are between two times. */
function countBoundaries(x: string, y: string, part: Part): string {
  switch (part.unit) {
    case "WEEK":
    case "ISOWEEK": {
      const first = (value: string) => `CAST(${truncateCivil(value, part, false)} AS DATE)`;
      return `((${first(x)} - ${first(y)}) // 7)`;
    }
    case "ISOYEAR":
      return `(date_part('isoyear', ${x}) - date_part('isoyear', ${y}))`;
    case "MILLISECOND":
    case "MICROSECOND":
      return `bq_div(epoch_us(${x}) - epoch_us(${y}), ${clockUnits[part.unit] ?? 1n}::BIGINT)`;
    default:
      return `date_diff('${part.unit.toLowerCase()}', ${y}, ${x})`;
  }
}

/** EXTRACT(part FROM value AT TIME ZONE zone). */
export function analyzeExtract(context: Context, node: Node & { kind: "extract" }): Expression {
  const value = analyzeExpression(context, node.value);
  const zone = node.zone && analyzeExpression(context, node.zone);
  const part = readPart(context, node.part, node.place);
  if (!isTime(value.type)) {
    return refuse(
      context,
      node.place,
      `No matching signature for function EXTRACT for argument types: DATE_TIME_PART FROM ${describeType(value)}`,
    );
  }
  const { kind } = value.type;
  if (zone && kind !== "TIMESTAMP") {
    return refuse(context, node.place, `EXTRACT from ${kind} does not support AT TIME ZONE`);
  }
  const civil = kind === "TIMESTAMP" ? civilOf(context, value.sql, zone) : value.sql;
  const parts = zone ? [value, zone] : [value];
  if (part.unit === "DATE" && kind !== "DATE")
    return compose(`CAST(${civil} AS DATE)`, date, node.place, parts);
  if (part.unit === "DATETIME" && kind === "TIMESTAMP")
    return compose(civil, datetime, node.place, parts);
  if (part.unit === "TIME" && kind !== "DATE") throw notImplemented("EXTRACT of TIME");
  const clock = part.unit in clockUnits;
  if (
    (clock && kind === "DATE") ||
    ["DATE", "DATETIME", "NANOSECOND", "TIME"].includes(part.unit)
  ) {
    return refuse(
      context,
      node.place,
      `EXTRACT from ${kind} does not support the ${part.written} date part`,
    );
  }
  return compose(`CAST(${extractCivil(civil, part)} AS BIGINT)`, int64, node.place, parts);
}

function extractCivil(civil: string, part: Part): string {
  switch (part.unit) {
    case "DAYOFWEEK":
      return `(date_part('dow', ${civil}) + 1)`;
    case "DAYOFYEAR":
      return `date_part('doy', ${civil})`;
    case "ISOWEEK":
      return `date_part('week', ${civil})`;
    case "MICROSECOND":
      return `(date_part('microsecond', ${civil}) % 1000000)`;
    case "MILLISECOND":
      return `((date_part('microsecond', ${civil}) % 1000000) // 1000)`;
    case "WEEK":
      return `((date_part('doy', ${civil}) + 6 - (date_part('dow', ${civil}) + ${7 - part.day}) % 7) // 7)`;
    default:
      return `date_part('${part.unit.toLowerCase()}', ${civil})`;
  }
}

function lastDay(context: Context, call: Call, name: string): Expression {
  const [first, second] = call.arguments;
  if (!first || first.value === "*") return refuseSignature(context, call, name, [], []);
  const given = analyzeExpression(context, first.value);
  const value = readTime(given, "DATE");
  if (!value || value.type.kind === "TIMESTAMP")
    return refuseSignature(context, call, name, [given], []);
  const part: Part = second
    ? readPart(context, second.value === "*" ? undefined : second.value, second.place)
    : { unit: "MONTH", day: 0, written: "MONTH" };
  const spans: Record<string, string> = {
    ISOWEEK: "to_days(7)",
    MONTH: "to_months(1)",
    QUARTER: "to_months(3)",
    WEEK: "to_days(7)",
    YEAR: "to_months(12)",
  };
  if (part.unit === "ISOYEAR") throw notImplemented("LAST_DAY of ISOYEAR");
  const span = spans[part.unit];
  if (span === undefined) return refuseUnit(context, call.place, name, part, value.type.kind);
  const first2 = truncateCivil(value.sql, part, false);
  return compose(`(CAST(${first2} + ${span} AS DATE) - 1)`, date, call.place, [value]);
}

function formatTimestamp(context: Context, call: Call, name: string): Expression {
  const given = analyzeArguments(context, call);
  const [format, value, zone, ...more] = given;
  const instant = value && asTimestamp(value);
  if (!format || !instant || more.length > 0 || !Number.isFinite(distanceTo(format, string))) {
    return refuseSignature(context, call, name, given, [
      overload("STRING, TIMESTAMP -> STRING", () => ""),
      overload("STRING, TIMESTAMP, STRING -> STRING", () => ""),
    ]);
  }
  const civil = civilOf(context, instant.sql, zone);
  const offset =
    readZone(context, zone) === "UTC"
      ? "0::BIGINT"
      : `epoch_us(${civil}) - epoch_us(${instant.sql})`;
  const sql = `bq_format_time(${convert(format, string).sql}, ${civil}, ${offset}, 'TIMESTAMP')`;
  return compose(sql, string, call.place, given);
}

function generateDates(context: Context, call: Call, name: string): Expression {
  return generate(context, call, name, "DATE");
}

function generateTimestamps(context: Context, call: Call, name: string): Expression {
  return generate(context, call, name, "TIMESTAMP");
}

function generate(
  context: Context,
  call: Call,
  name: string,
  kind: "DATE" | "TIMESTAMP",
): Expression {
  const type: SqlType = { kind };
  const interval = argumentAt(call, 2);
  const bounds = [argumentAt(call, 0), argumentAt(call, 1)].map(
    (node) => node && analyzeExpression(context, node),
  );
  const [from, to] = bounds.map((value) =>
    value && Number.isFinite(distanceTo(value, type)) ? convert(value, type) : undefined,
  );
  if (
    !from ||
    !to ||
    (interval && interval.kind !== "interval") ||
    (!interval && kind === "TIMESTAMP")
  ) {
    return refuseSignature(
      context,
      call,
      name,
      bounds.filter((one) => one !== undefined),
      [],
    );
  }
  const unit = interval?.kind === "interval" ? interval.unit.text.toUpperCase() : "DAY";
  const amount =
    interval?.kind === "interval" ? analyzeExpression(context, interval.value) : undefined;
  if (amount && !Number.isFinite(distanceTo(amount, int64))) {
    return refuse(context, amount.place, "Interval value must be coercible to INT64 type");
  }
  const step = amount ? convert(amount, int64).sql : "1::BIGINT";
  const months = { MONTH: 1, QUARTER: 3, YEAR: 12 }[unit];
  const days = { DAY: 1, WEEK: 7 }[unit];
  const clock = clockUnits[unit];
  const fits =
    kind === "DATE" ? (months ?? days) !== undefined : clock !== undefined || unit === "DAY";
  if (!fits) {
    return refuseUnit(context, call.place, name, { unit, day: 0, written: unit }, kind);
  }
  const checked = `CASE WHEN (${step}) = 0 THEN CAST(bq_error('Sequence step cannot be 0.') AS BIGINT) ELSE (${step}) END`;
  const parts = amount ? [from, to, amount] : [from, to];
  const result = (sql: string) =>
    compose(
      `CASE WHEN (${from.sql}) IS NULL OR (${to.sql}) IS NULL OR (${step}) IS NULL THEN NULL ELSE ${sql} END`,
      arrayOf(type),
      call.place,
      parts,
    );
  if (kind === "TIMESTAMP") {
    const size = clock ?? dayMicros;
    return result(
      `list_transform(generate_series(epoch_us(${from.sql}), epoch_us(${to.sql}), ${checked} * ${size}), lambda each_item: make_timestamptz(each_item))`,
    );
  }
  if (days !== undefined) {
    const day = (x: string) => `CAST((${x}) - DATE '1970-01-01' AS BIGINT)`;
    return result(
      `list_transform(generate_series(${day(from.sql)}, ${day(to.sql)}, ${checked} * ${days}), lambda each_item: DATE '1970-01-01' + CAST(each_item AS INTEGER))`,
    );
  }
  return result(
    `CAST(bq_month_series(CAST(${from.sql} AS TIMESTAMP), CAST(${to.sql} AS TIMESTAMP), ${checked} * ${months ?? 1}) AS DATE[])`,
  );
}
