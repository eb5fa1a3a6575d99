import * as z from "zod";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import type { CsvColumn, CsvLayout } from "./landing-topic.ts";

/** The row of a record's fields as a JSON line, or what is wrong with one of them. */
export type TypeRow = (
  fields: readonly string[],
) => { row: Buffer } | { message: string; field: string };

/** Most fields of a table say the same again and again: each spelling is checked once. */
const rememberedTexts = 1_000;

/**
 * Types the records below a header: declared columns become fields, all others are dropped. Text is
 * trimmed, because the original files pad their last column.
 * @throws {BrokenObjectError} that names the declared columns that the header lacks, or has twice.
 */
export function createRowTyper(layout: CsvLayout, header: readonly string[]): TypeRow {
  const names = header.map(spelling);
  const declared = layout.columns.map((column) => {
    const spellings = column.headers.map(spelling);
    const isOf = (name: string) => spellings.includes(name);
    const at = names.findIndex(isOf);
    if (at !== names.findLastIndex(isOf)) {
      throw new BrokenObjectError(
        "unsupported-format",
        `the header has ${column.headers[0]} twice`,
      );
    }
    return { ...column, at, type: createFieldTyper(column, layout) };
  });
  const columns = declared.filter(({ at, isOptional }) => at !== -1 || isOptional !== true);
  const missing = columns.filter(({ at }) => at === -1).map(({ headers }) => headers[0]);
  if (missing.length > 0) {
    throw new BrokenObjectError("unsupported-format", `the header lacks ${missing.join(", ")}`);
  }

  return (fields) => {
    const members: string[] = [];
    for (const { field, at, type } of columns) {
      const typed = type(fields[at] ?? "");
      if (typeof typed !== "string") return { field, message: typed.message };
      members.push(typed);
    }
    return { row: Buffer.from(`{${members.join(",")}}`) };
  };
}

/** Whether a record may be a header: cheap, because this is asked for each record that is no row. */
export const namesFirstColumn = ({ columns }: CsvLayout, fields: readonly string[]): boolean =>
  columns[0]?.headers.some((header) =>
    fields.some((field) => field.length < mostHeader && spelling(field) === spelling(header)),
  ) === true;

const mostHeader = 64;

/**
 * `C/A`, `CA` and `c_a` are one column, as are `LINENAME`, `Line Name` and `line_name`. What begins with a
 * mark is of the tool that wrote it: `_id`, `:id` and `@timestamp` are none of the table's.
 */
const spelling = (header: string): string =>
  /^\s*[_:@$]/.test(header) ? header : header.toUpperCase().replace(/[^A-Z0-9]/g, "");

/** The member of a JSON object, or why there is none. */
type TypedField = string | { message: string };

function createFieldTyper(
  { field, type }: CsvColumn,
  layout: CsvLayout,
): (text: string) => TypedField {
  const schema = z.instanceof(z.ZodType).parse(layout.row.shape[field]);
  const name = JSON.stringify(field);
  const remembered = new Map<string, string>();

  const check = (value: string | number): TypedField => {
    const checked = schema.safeParse(value);
    if (checked.success) return `${name}:${JSON.stringify(checked.data)}`;
    return { message: issuesOf(checked.error)[0]?.message ?? "not what the schema says" };
  };

  // What is no integer stays text, which the schema then refuses.
  if (type === "integer") {
    return (text) => check(/^\s*\d{1,15}\s*$/.test(text) ? Number(text) : text);
  }
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const typed = check(text.trim());
    if (typeof typed !== "string") return typed;
    if (remembered.size === rememberedTexts) remembered.clear();
    remembered.set(text, typed);
    return typed;
  };
}
