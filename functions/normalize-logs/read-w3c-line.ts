/** Names of the fields in a directive of the W3C extended format, undefined for any other line. */
export function readW3cFields(line: string | undefined): string[] | undefined {
  if (!line?.startsWith("#Fields:")) return undefined;
  return line.slice("#Fields:".length).trim().split(/\s+/).slice(0, mostFields);
}

/** Far more than servers write. */
const mostFields = 256;

/**
 * A line of the W3C extended format as an object, undefined when it has other fields than were named.
 * A field whose value is `-` has none, and is left out. Times are UTC: https://www.w3.org/TR/WD-logfile
 */
export function readW3cLine(
  line: string,
  fields: readonly string[],
): Record<string, string> | undefined {
  const values = line.includes('"') ? splitQuoted(line) : line.split(/[ \t]/);
  if (values.length !== fields.length) return undefined;
  const object: Record<string, string> = {};
  for (const [index, name] of fields.entries()) {
    const value = values[index] ?? "";
    if (value !== "-") object[`w3c.${name.toLowerCase()}`] = value;
  }
  const { "w3c.date": date, "w3c.time": time } = object;
  if (date !== undefined && time !== undefined) object["w3c.at"] = `${date}T${time}Z`;
  return object;
}

/** Values with white space stand in quotes; a quote within is written twice. */
function splitQuoted(line: string): string[] {
  const values: string[] = [];
  const one = /"((?:[^"]|"")*)"(?:[ \t]|$)|([^ \t]*)(?:[ \t]|$)/y;
  while (one.lastIndex < line.length) {
    const found = one.exec(line);
    if (found === null) return [];
    values.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
  }
  return values;
}
