/**
 * GoogleSQL functions whose DuckDB namesake is missing or means something else, as DuckDB macros.
 *
 * A call of `NAME` becomes `bq_name`; each entry lists the overloads by argument count.
 */
export const googleSqlFunctions = {
  ARRAY_LENGTH: ["(a) AS len(a)"],
  ARRAY_REVERSE: ["(a) AS list_reverse(a)"],
  BYTE_LENGTH: [
    "(x) AS CASE typeof(x) WHEN 'BLOB' THEN octet_length(TRY_CAST(x AS BLOB)) ELSE strlen(CAST(x AS VARCHAR)) END",
  ],
  CHAR_LENGTH: ["(x) AS length(CAST(x AS VARCHAR))"],
  CURRENT_DATETIME: ["() AS CAST(now() AS TIMESTAMP)"],
  DATE: [
    "(x) AS CAST(x AS DATE)",
    "(x, zone) AS CAST(x AT TIME ZONE zone AS DATE)",
    "(y, m, d) AS make_date(y, m, d)",
  ],
  // Whole boundaries crossed, for the units where both systems agree on the boundary.
  DATE_DIFF: ["(a, b, unit) AS date_diff(unit, CAST(b AS DATE), CAST(a AS DATE))"],
  DATE_FROM_UNIX_DATE: ["(n) AS DATE '1970-01-01' + CAST(n AS INTEGER)"],
  DATE_TRUNC: [
    "(d, unit) AS CASE WHEN typeof(d) = 'DATE' THEN CAST(date_trunc(unit, d) AS DATE) ELSE error('DATE_TRUNC of another type than DATE is not implemented') END",
  ],
  DATETIME: [
    "(x) AS CAST(x AS TIMESTAMP)",
    "(x, zone) AS x AT TIME ZONE zone",
    "(y, m, d, h, mi, s) AS make_timestamp(y, m, d, h, mi, s)",
  ],
  DATETIME_DIFF: ["(a, b, unit) AS date_diff(unit, CAST(b AS TIMESTAMP), CAST(a AS TIMESTAMP))"],
  DATETIME_TRUNC: ["(x, unit) AS date_trunc(unit, CAST(x AS TIMESTAMP))"],
  DIV: ["(a, b) AS CASE WHEN b = 0 THEN error('division by zero: DIV') ELSE a // b END"],
  FORMAT_DATE: ["(format, d) AS strftime(CAST(d AS DATE), format)"],
  FORMAT_DATETIME: ["(format, x) AS strftime(CAST(x AS TIMESTAMP), format)"],
  FORMAT_TIMESTAMP: ["(format, x) AS strftime(x AT TIME ZONE 'UTC', format)"],
  GENERATE_ARRAY: [
    "(a, b) AS generate_series(a, b)",
    "(a, b, step) AS generate_series(a, b, step)",
  ],
  JSON_QUERY: ["(j, path) AS json_extract(j, path)"],
  JSON_VALUE: [
    "(j) AS CASE WHEN json_type(j) IN ('ARRAY', 'OBJECT', 'NULL') THEN NULL ELSE json_extract_string(j, '$') END",
    "(j, path) AS CASE WHEN json_type(j, path) IN ('ARRAY', 'OBJECT', 'NULL') THEN NULL ELSE json_extract_string(j, path) END",
  ],
  LAST_DAY: ["(d) AS last_day(d)"],
  LENGTH: [
    "(x) AS CASE typeof(x) WHEN 'BLOB' THEN octet_length(TRY_CAST(x AS BLOB)) ELSE length(CAST(x AS VARCHAR)) END",
  ],
  LPAD: ["(text, n) AS lpad(text, n, ' ')", "(text, n, filler) AS lpad(text, n, filler)"],
  MD5: ["(x) AS unhex(md5(x))"],
  MOD: ["(a, b) AS CASE WHEN b = 0 THEN error('division by zero: MOD') ELSE a % b END"],
  PARSE_DATE: ["(format, text) AS CAST(strptime(text, format) AS DATE)"],
  PARSE_DATETIME: ["(format, text) AS strptime(text, format)"],
  PARSE_JSON: ["(text) AS CAST(text AS JSON)"],
  PARSE_TIMESTAMP: ["(format, text) AS strptime(text, format) AT TIME ZONE 'UTC'"],
  REGEXP_CONTAINS: ["(text, pattern) AS regexp_matches(text, pattern)"],
  REGEXP_EXTRACT: [
    "(text, pattern, part) AS CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern, part) END",
  ],
  REGEXP_EXTRACT_ALL: ["(text, pattern, part) AS regexp_extract_all(text, pattern, part)"],
  REGEXP_REPLACE: [
    "(text, pattern, replacement) AS regexp_replace(text, pattern, replacement, 'g')",
  ],
  RPAD: ["(text, n) AS rpad(text, n, ' ')", "(text, n, filler) AS rpad(text, n, filler)"],
  SHA1: ["(x) AS unhex(sha1(x))"],
  SHA256: ["(x) AS unhex(sha256(x))"],
  // Place 0 and places before the beginning are the first.
  SUBSTR: [
    "(text, place) AS substring(text, CASE WHEN place = 0 OR place < -length(text) THEN 1 ELSE place END)",
    "(text, place, n) AS substring(text, CASE WHEN place = 0 OR place < -length(text) THEN 1 ELSE place END, n)",
  ],
  TIMESTAMP: [
    "(x) AS CAST(x AS TIMESTAMPTZ)",
    "(x, zone) AS CAST(x AS TIMESTAMP) AT TIME ZONE zone",
  ],
  // Whole units elapsed, not boundaries crossed: 10:59 to 11:00 is no hour.
  TIMESTAMP_DIFF: ["(a, b, unit) AS date_sub(unit, b, a)"],
  TIMESTAMP_MICROS: ["(n) AS make_timestamptz(CAST(n AS BIGINT))"],
  TIMESTAMP_MILLIS: ["(n) AS make_timestamptz(CAST(n AS BIGINT) * 1000)"],
  TIMESTAMP_SECONDS: ["(n) AS make_timestamptz(CAST(n AS BIGINT) * 1000000)"],
  TIMESTAMP_TRUNC: [
    "(x, unit) AS date_trunc(unit, x)",
    "(x, unit, zone) AS date_trunc(unit, x AT TIME ZONE zone) AT TIME ZONE zone",
  ],
  TO_HEX: ["(x) AS lower(hex(x))"],
  TO_JSON_STRING: [
    "(x) AS CASE WHEN typeof(x) SIMILAR TO '.*(BLOB|DATE|TIMESTAMP).*' THEN error('TO_JSON_STRING of BYTES, DATE and TIMESTAMP is not implemented') ELSE CAST(to_json(x) AS VARCHAR) END",
  ],
  UNIX_MICROS: ["(x) AS epoch_us(x)"],
  UNIX_MILLIS: ["(x) AS bq_floor_divide(epoch_us(x), 1000)"],
  UNIX_SECONDS: ["(x) AS bq_floor_divide(epoch_us(x), 1000000)"],
} as const satisfies Record<string, readonly string[]>;

const supporting = {
  bq_day_of_week: ["(x) AS dayofweek(x) + 1"],
  // Both list elements and struct fields are reached by position through these.
  bq_enumerate: ["(a) AS list_transform(a, lambda x, i: {'value': x, 'offset': i - 1})"],
  bq_floor_divide: ["(a, b) AS (a - ((a % b) + b) % b) // b"],
  bq_iso_week: ["(x) AS date_part('week', x)"],
  bq_iso_year: ["(x) AS date_part('isoyear', x)"],
  bq_offset: ["(n) AS n + 1"],
  bq_ordinal: ["(n) AS n"],
  bq_safe_offset: ["(n) AS n + 1"],
  bq_safe_ordinal: ["(n) AS n"],
  // Halves away from zero, and no fractions in text.
  bq_to_int64: [
    `(x) AS CASE typeof(x)
      WHEN 'DOUBLE' THEN CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
      WHEN 'VARCHAR' THEN CASE WHEN contains(CAST(x AS VARCHAR), '.')
        THEN error('Bad int64 value: ' || CAST(x AS VARCHAR)) ELSE CAST(x AS BIGINT) END
      ELSE CAST(x AS BIGINT) END`,
  ],
  bq_to_int64_or_null: [
    `(x) AS CASE typeof(x)
      WHEN 'DOUBLE' THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
      WHEN 'VARCHAR' THEN CASE WHEN contains(CAST(x AS VARCHAR), '.')
        THEN NULL ELSE TRY_CAST(x AS BIGINT) END
      ELSE TRY_CAST(x AS BIGINT) END`,
  ],
  bq_to_string: [
    `(x) AS CASE
      WHEN typeof(x) = 'BLOB' THEN decode(TRY_CAST(x AS BLOB))
      WHEN typeof(x) = 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')
      WHEN starts_with(typeof(x), 'DECIMAL') AND contains(CAST(x AS VARCHAR), '.')
        THEN rtrim(rtrim(CAST(x AS VARCHAR), '0'), '.')
      ELSE CAST(x AS VARCHAR) END`,
  ],
  bq_to_bytes: [
    "(x) AS CASE typeof(x) WHEN 'BLOB' THEN TRY_CAST(x AS BLOB) ELSE encode(CAST(x AS VARCHAR)) END",
  ],
  // DuckDB answers NULL or infinity.
  "/": [`(a, b) AS CASE WHEN b = 0 THEN error('division by zero') ELSE system.main."/"(a, b) END`],
} as const;

/** The statements that make an empty or reopened database speak GoogleSQL. */
export function defineMacros(): string[] {
  const named = Object.entries(googleSqlFunctions).map(
    ([name, overloads]) => [`bq_${name.toLowerCase()}`, overloads] as const,
  );
  return [...Object.entries(supporting), ...named].map(
    ([name, overloads]) => `CREATE OR REPLACE MACRO "${name}"${overloads.join(", ")}`,
  );
}
