import { type Overload, overload } from "./overload.ts";

/** A text or a JSON, at a path or as a whole. */
const reading = (name: string, result: string): Overload[] => [
  overload(`STRING -> ${result}`, (x) => `${name}(${x}, '$')`),
  overload(`STRING, STRING -> ${result}`, (x, path) => `${name}(${x}, ${path})`),
  overload(`JSON -> ${result}`, (x) => `${name}(${x}, '$')`),
  overload(`JSON, STRING -> ${result}`, (x, path) => `${name}(${x}, ${path})`),
];

/** The parts of a JSON are JSON, those of a text are texts. */
const query = [
  overload("STRING -> STRING", (x) => `bq_json_query(${x}, '$')`),
  overload("STRING, STRING -> STRING", (x, path) => `bq_json_query(${x}, ${path})`),
  overload("JSON -> JSON", (x) => `CAST(bq_json_query(${x}, '$') AS JSON)`),
  overload("JSON, STRING -> JSON", (x, path) => `CAST(bq_json_query(${x}, ${path}) AS JSON)`),
];
const queryArray = [
  overload("STRING -> ARRAY<STRING>", (x) => `bq_json_query_array(${x}, '$')`),
  overload("STRING, STRING -> ARRAY<STRING>", (x, path) => `bq_json_query_array(${x}, ${path})`),
  overload("JSON -> ARRAY<JSON>", (x) => `CAST(bq_json_query_array(${x}, '$') AS JSON[])`),
  overload(
    "JSON, STRING -> ARRAY<JSON>",
    (x, path) => `CAST(bq_json_query_array(${x}, ${path}) AS JSON[])`,
  ),
];

export const jsonFunctions: Record<string, readonly Overload[]> = {
  BOOL: [overload("JSON -> BOOL", (x) => `bq_json_bool(${x})`)],
  FLOAT64: [overload("JSON -> FLOAT64", (x) => `bq_json_float(${x})`)],
  INT64: [overload("JSON -> INT64", (x) => `bq_json_int(${x})`)],
  JSON_EXTRACT: query,
  JSON_EXTRACT_ARRAY: queryArray,
  JSON_EXTRACT_SCALAR: reading("bq_json_value", "STRING"),
  JSON_EXTRACT_STRING_ARRAY: reading("bq_json_value_array", "ARRAY<STRING>"),
  JSON_QUERY: query,
  JSON_QUERY_ARRAY: queryArray,
  JSON_TYPE: [overload("JSON -> STRING", (x) => `bq_json_type(${x})`)],
  JSON_VALUE: reading("bq_json_value", "STRING"),
  JSON_VALUE_ARRAY: reading("bq_json_value_array", "ARRAY<STRING>"),
  PARSE_JSON: [overload("STRING -> JSON", (x) => `CAST(bq_parse_json(${x}) AS JSON)`)],
};
