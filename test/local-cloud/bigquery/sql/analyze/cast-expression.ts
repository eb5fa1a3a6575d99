import { convert, distanceTo } from "../types/convert-expression.ts";
import { compose, type Expression } from "../types/expression.ts";
import {
  nameStorage,
  quoteName,
  type ScalarKind,
  type SqlType,
  sameType,
  writeType,
} from "../types/sql-type.ts";
import { type Context, refuse } from "./context.ts";

/** What CAST makes of a value; `safe` gives NULL where it cannot. */
export function castExpression(
  context: Context,
  value: Expression,
  target: SqlType,
  safe: boolean,
): Expression {
  const converts = value.constant?.kind !== "string" && Number.isFinite(distanceTo(value, target));
  const listed = value.type.kind === "ARRAY" && !sameType(value.type, target);
  if (value.constant?.kind === "null" || value.constant?.kind === "empty list") {
    return { ...convert(value, target), constant: undefined };
  }
  if (converts && !listed) {
    const converted = convert(value, target);
    return { ...converted, constant: undefined };
  }
  const write = (sql: string) => writeCast(sql, value.type, target);
  const sql = write(value.sql);
  if (sql === undefined) {
    const invalid = `Invalid cast from ${writeType(value.type)} to ${writeType(target)}`;
    return refuse(
      context,
      value.place,
      value.type.kind === "ARRAY" && target.kind === "ARRAY"
        ? `Casting between arrays with incompatible element types is not supported: ${invalid}`
        : invalid,
    );
  }
  const written = safe ? writeSafely(value, write) : sql;
  return { ...value, sql: written, type: target, constant: undefined, parts: undefined };
}

/** Only the cast may fail without a refusal: what it is given is computed outside. */
function writeSafely(value: Expression, write: (sql: string) => string | undefined): string {
  const plain = value.constant !== undefined || /^[\w".]+$/.test(value.sql);
  if (plain) return `TRY(${write(value.sql) ?? ""})`;
  return `list_transform([struct_pack(a := ${value.sql})], lambda safe_row: TRY(${write("safe_row.a") ?? ""}))[1]`;
}

/** A value as text, as CAST writes it. */
export function writeAsText(sql: string, type: SqlType): string | undefined {
  return type.kind === "STRING" ? sql : writeCast(sql, type, { kind: "STRING" });
}

const scalarCasts: Partial<Record<ScalarKind, Partial<Record<ScalarKind, (x: string) => string>>>> =
  {
    BOOL: { INT64: (x) => `CAST(${x} AS BIGINT)`, STRING: (x) => `CAST(${x} AS VARCHAR)` },
    BYTES: { STRING: (x) => `bq_text_from_bytes(${x})` },
    DATE: {
      STRING: (x) => `bq_write_time(CAST(${x} AS TIMESTAMP), 'DATE')`,
      TIMESTAMP: (x) => `(CAST(${x} AS TIMESTAMP) AT TIME ZONE 'UTC')`,
    },
    DATETIME: {
      DATE: (x) => `CAST(${x} AS DATE)`,
      STRING: (x) => `bq_write_time(${x}, 'DATETIME')`,
      TIMESTAMP: (x) => `(${x} AT TIME ZONE 'UTC')`,
    },
    FLOAT64: {
      INT64: (x) => `bq_float_to_int(${x})`,
      NUMERIC: (x) => `bq_float_to_numeric(${x})`,
      STRING: (x) => `bq_float_to_text(${x})`,
    },
    INT64: { BOOL: (x) => `((${x}) <> 0)`, STRING: (x) => `CAST(${x} AS VARCHAR)` },
    NUMERIC: {
      INT64: (x) => `CAST(bq_numeric_round(${x}, 0::BIGINT, false) AS BIGINT)`,
      STRING: (x) => `bq_numeric_to_text(${x})`,
    },
    STRING: {
      BOOL: (x) => `bq_bool_from_text(${x})`,
      BYTES: (x) => `encode(${x})`,
      DATE: (x) => `CAST(bq_date_from_text(${x}) AS DATE)`,
      DATETIME: (x) => `bq_datetime_from_text(${x})`,
      FLOAT64: (x) => `bq_float_from_text(${x})`,
      INT64: (x) => `bq_int_from_text(${x})`,
      NUMERIC: (x) => `bq_numeric_from_text(${x})`,
      TIMESTAMP: (x) => `make_timestamptz(bq_timestamp_micros(${x}, 'UTC'))`,
    },
    TIMESTAMP: {
      DATE: (x) => `CAST(${x} AT TIME ZONE 'UTC' AS DATE)`,
      DATETIME: (x) => `(${x} AT TIME ZONE 'UTC')`,
      STRING: (x) => `bq_write_time(${x} AT TIME ZONE 'UTC', 'TIMESTAMP')`,
    },
  };

function writeCast(sql: string, from: SqlType, to: SqlType): string | undefined {
  if (sameType(from, to)) {
    return nameStorage(from) === nameStorage(to) ? sql : convert(compose(sql, from, 0), to).sql;
  }
  if (from.kind === "STRUCT" && to.kind === "STRUCT") {
    if (from.members.length !== to.members.length) return undefined;
    const members = to.members.map((member, index) => {
      const old = from.members[index];
      const cast = old && writeCast(`(${sql}).${quoteName(old.key)}`, old.type, member.type);
      return cast === undefined ? undefined : `${quoteName(member.key)} := ${cast}`;
    });
    if (members.includes(undefined)) return undefined;
    return `CASE WHEN (${sql}) IS NULL THEN NULL ELSE struct_pack(${members.join(", ")}) END`;
  }
  if (from.kind === "ARRAY" || from.kind === "STRUCT") return undefined;
  if (to.kind === "ARRAY" || to.kind === "STRUCT") return undefined;
  const write = scalarCasts[from.kind]?.[to.kind];
  if (write) return write(sql);
  const widens = Number.isFinite(distanceTo(compose(sql, from, 0), to));
  return widens ? `CAST(${sql} AS ${nameStorage(to)})` : undefined;
}
