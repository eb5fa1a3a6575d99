/** What a spreadsheet would take for the beginning of a formula. */
const formula = /^[=+\-@\t\r]/;

/**
 * Rows as CSV (RFC 4180) with a header line, in UTF-8. A text that a spreadsheet would run as a
 * formula begins with an apostrophe; lists and objects are written as JSON.
 */
export function writeCsv(
  columns: readonly string[],
  rows: readonly Record<string, unknown>[],
): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return [columns.map(cell).join(","), ...lines, ""].join("\r\n");
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
