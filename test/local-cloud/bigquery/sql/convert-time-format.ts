/** GoogleSQL format elements in DuckDB's spelling; the rest mean the same or are refused. */
const elements: Record<string, string> = {
  "%%": "%%",
  "%A": "%A",
  "%B": "%B",
  "%D": "%m/%d/%y",
  "%E3S": "%S.%g",
  "%E4Y": "%Y",
  "%E6S": "%S.%f",
  "%F": "%Y-%m-%d",
  "%H": "%H",
  "%I": "%I",
  "%M": "%M",
  "%R": "%H:%M",
  "%S": "%S",
  "%T": "%H:%M:%S",
  "%Y": "%Y",
  "%a": "%a",
  "%b": "%b",
  "%d": "%d",
  "%j": "%j",
  "%m": "%m",
  "%p": "%p",
  "%y": "%y",
};

/** Zones are always UTC here, so writing them is writing a constant. */
const writtenOnly: Record<string, string> = { "%Ez": "+00:00", "%Z": "UTC", "%z": "+0000" };

/**
 * Converts a format of FORMAT_TIMESTAMP and its relatives; undefined where DuckDB has no equal.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements
 */
export function convertTimeFormat(format: string, parsing: boolean): string | undefined {
  let known = true;
  const converted = format.replace(/%(?:E(?:\d?[SY]|\*S|z)|.)/gs, (element) => {
    const equal = elements[element] ?? (parsing ? undefined : writtenOnly[element]);
    if (equal === undefined) known = false;
    return equal ?? element;
  });
  return known ? converted : undefined;
}
