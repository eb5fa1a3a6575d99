import { type Overload, overload } from "./overload.ts";

const micros = (x: string) => `make_timestamptz(${x})`;
const midnight = (x: string) => `CAST(${x} AS TIMESTAMP)`;

const formatting = (kind: "DATE" | "DATETIME"): Overload[] => [
  overload(
    `STRING, ${kind} -> STRING`,
    (format, x) => `bq_format_time(${format}, ${midnight(x)}, 0::BIGINT, '${kind}')`,
  ),
];

/** Whole days, seconds and so on before 1970 are the ones begun. */
const floorDivided = (x: string, by: string) =>
  `((${x}) - ((((${x}) % ${by}) + ${by}) % ${by})) // ${by}`;

export const timeFunctions: Record<string, readonly Overload[]> = {
  DATE_FROM_UNIX_DATE: [
    overload("INT64 -> DATE", (n) => `(DATE '1970-01-01' + CAST(${n} AS INTEGER))`),
  ],
  FORMAT_DATE: formatting("DATE"),
  FORMAT_DATETIME: formatting("DATETIME"),
  PARSE_DATE: [
    overload(
      "STRING, STRING -> DATE",
      (format, x) => `CAST(make_timestamp(bq_parse_time(${format}, ${x}, 'UTC', 'DATE')) AS DATE)`,
    ),
  ],
  PARSE_DATETIME: [
    overload(
      "STRING, STRING -> DATETIME",
      (format, x) => `make_timestamp(bq_parse_time(${format}, ${x}, 'UTC', 'DATETIME'))`,
    ),
  ],
  PARSE_TIMESTAMP: [
    overload("STRING, STRING -> TIMESTAMP", (format, x) =>
      micros(`bq_parse_time(${format}, ${x}, 'UTC', 'TIMESTAMP')`),
    ),
    overload("STRING, STRING, STRING -> TIMESTAMP", (format, x, zone) =>
      micros(`bq_parse_time(${format}, ${x}, ${zone}, 'TIMESTAMP')`),
    ),
  ],
  TIMESTAMP_MICROS: [overload("INT64 -> TIMESTAMP", (n) => micros(n))],
  TIMESTAMP_MILLIS: [overload("INT64 -> TIMESTAMP", (n) => micros(`(${n}) * 1000::BIGINT`))],
  TIMESTAMP_SECONDS: [overload("INT64 -> TIMESTAMP", (n) => micros(`(${n}) * 1000000::BIGINT`))],
  UNIX_DATE: [overload("DATE -> INT64", (x) => `CAST((${x}) - DATE '1970-01-01' AS BIGINT)`)],
  UNIX_MICROS: [overload("TIMESTAMP -> INT64", (x) => `epoch_us(${x})`)],
  UNIX_MILLIS: [overload("TIMESTAMP -> INT64", (x) => floorDivided(`epoch_us(${x})`, "1000"))],
  UNIX_SECONDS: [overload("TIMESTAMP -> INT64", (x) => floorDivided(`epoch_us(${x})`, "1000000"))],
};
