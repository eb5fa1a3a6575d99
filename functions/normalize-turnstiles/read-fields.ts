import { parse } from "csv-parse/sync";
import { remember } from "../../shared/codec/remember.ts";

/** The fields of a line as texts, trimmed; what a line does not have is empty. */
export type Fields = Record<FieldName, string>;

export type FieldName = (typeof order)[number] | "id" | "timestamp";

/** The fields, the heading of a table, or why it is no line of a turnstile. */
export type ReadFields =
  | { fields: Fields }
  | { isHeading: true }
  | { reason: "unknown-shape" | "invalid-field"; path: string; message: string };

const order = [
  "ca",
  "unit",
  "scp",
  "station",
  "linename",
  "division",
  "date",
  "time",
  "desc",
  "entries",
  "exits",
] as const;

const streamOrder = [...order, "id", "timestamp"] as const;

/** Reads the fields of a line of CSV, or of a JSON object, whose members may be spelled in any way. */
export function readFields(value: unknown): ReadFields {
  if (typeof value === "string") return readCsv(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return unknownShape("neither a line of CSV nor an object");
  }
  return readObject(value);
}

const unknownShape = (message: string): ReadFields => ({
  reason: "unknown-shape",
  path: "",
  message,
});

const emptyFields = (): Fields => ({
  ca: "",
  unit: "",
  scp: "",
  station: "",
  linename: "",
  division: "",
  date: "",
  time: "",
  desc: "",
  entries: "",
  exits: "",
  id: "",
  timestamp: "",
});

function readCsv(line: string): ReadFields {
  const split = splitCsv(line);
  if (split === undefined) return unknownShape("a quote is opened or closed in the wrong place");
  // Archivists' files number their lines in front.
  const isNumbered = split.length % 2 === 0 && /^\s*\d*\s*$/.test(String(split[0]));
  const values = isNumbered ? split.slice(1) : split;
  if (values.length !== order.length && values.length !== streamOrder.length) {
    return unknownShape(`${split.length} fields: a line has 11 with registers, 13 with increments`);
  }
  const fields = emptyFields();
  for (const [index, name] of streamOrder.entries()) fields[name] = values[index]?.trim() ?? "";
  return fields.scp.toUpperCase() === "SCP" ? { isHeading: true } : { fields };
}

/** The fields of one line, or undefined when its quotes are misplaced. */
function splitCsv(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(",");
  try {
    const records = parse(line);
    if (records.length === 1) return records[0];
  } catch {
    // As where one line holds two.
  }
  return undefined;
}

function readObject(value: object): ReadFields {
  const fields = emptyFields();
  let isKnown = false;
  for (const [spelling, member] of Object.entries(value)) {
    const name = nameOf(spelling);
    if (name === null || member === null) continue;
    isKnown ||= name === "scp";
    if (typeof member !== "string" && typeof member !== "number") {
      return { reason: "invalid-field", path: spelling, message: "neither text nor a number" };
    }
    const text = String(member).trim();
    if (fields[name] !== "" && fields[name] !== text) {
      return { reason: "invalid-field", path: spelling, message: "told twice, and not the same" };
    }
    fields[name] = text;
  }
  return isKnown ? { fields } : unknownShape("no SCP: not of a turnstile");
}

const spellings = new Map<string, FieldName>([
  ...streamOrder.map((name) => [name, name] as const),
  ["ac", "ca"],
  ["description", "desc"],
]);

/**
 * `C/A`, `c_a` and `CA` are one field, as are `LINENAME` and `Line Name`. What begins with a mark is of the
 * tool that wrote it: `_id`, `:id` and `@timestamp` are no `ID` and `TIMESTAMP` of a stream. Members of real
 * lines have few spellings; of hostile ones, not all are kept.
 */
const nameOf = remember(256, (spelling: string): FieldName | null => {
  if (/^\s*[_:@$]/.test(spelling)) return null;
  const letters = spelling.toLowerCase().replace(/[^a-z]/g, "");
  return spellings.get(letters) ?? null;
});
