import { type Overload, overload } from "./overload.ts";

const series = (a: string, b: string, step: string) =>
  `CASE WHEN (${step}) = 0 THEN bq_error('Sequence step cannot be 0.')::BIGINT[] ELSE generate_series(${a}, ${b}, ${step}) END`;

export const listFunctions: Record<string, readonly Overload[]> = {
  ARRAY_CONCAT: [
    overload("ARRAY<T>... -> ARRAY<T>", (...lists) => {
      const missing = lists.map((list) => `(${list}) IS NULL`).join(" OR ");
      return `CASE WHEN ${missing} THEN NULL ELSE flatten([${lists.join(", ")}]) END`;
    }),
  ],
  ARRAY_FIRST: [
    overload(
      "ARRAY<T> -> T",
      (list) =>
        `CASE WHEN len(${list}) = 0 THEN bq_error('ARRAY_FIRST cannot get the first element of an empty array') ELSE (${list})[1] END`,
    ),
  ],
  ARRAY_LAST: [
    overload(
      "ARRAY<T> -> T",
      (list) =>
        `CASE WHEN len(${list}) = 0 THEN bq_error('ARRAY_LAST cannot get the last element of an empty array') ELSE (${list})[-1] END`,
    ),
  ],
  ARRAY_LENGTH: [overload("ARRAY<T> -> INT64", (list) => `len(${list})`)],
  ARRAY_REVERSE: [overload("ARRAY<T> -> ARRAY<T>", (list) => `list_reverse(${list})`)],
  ARRAY_TO_STRING: [
    overload(
      "ARRAY<STRING>, STRING -> STRING",
      (list, separator) => `array_to_string(${list}, ${separator})`,
    ),
    overload(
      "ARRAY<STRING>, STRING, STRING -> STRING",
      (list, separator, missing) =>
        `array_to_string(list_transform(${list}, lambda each_item: coalesce(each_item, ${missing})), ${separator})`,
    ),
  ],
  GENERATE_ARRAY: [
    overload("INT64, INT64 -> ARRAY<INT64>", (a, b) => `generate_series(${a}, ${b})`),
    overload("INT64, INT64, INT64 -> ARRAY<INT64>", series),
  ],
};
