import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { joinLines } from "./join-lines.ts";
import type { CsvLayout } from "./landing-topic.ts";
import { isBlank, withoutReturn } from "./read-json.ts";
import type { JudgedRecord, RawRecord, RecordReader, Splitter } from "./record.ts";
import { createRowTyper, namesFirstColumn, type TypeRow } from "./type-row.ts";

const quote = 0x22;
const comma = 0x2c;
/** Far beyond any table. Each field that is split off costs more memory than its bytes. */
const maxColumns = 1_000;
/** Far beyond any text in quotes. Each line that is held costs more memory than its bytes. */
const maxOpenLines = 10_000;

/**
 * Reads CSV as RFC 4180 has it, and types each record by the topic's layout. A quote that is not
 * closed fails its line only: the lines after it are read as if it were not there. A header further
 * down, where files were put together, says how the records below it are read.
 * @throws {BrokenObjectError} when the first record is no header of the layout.
 */
export function readCsv(lines: Splitter, layout: CsvLayout, maxBytes: number): RecordReader {
  /** Lines of a record whose quotes are not closed yet. */
  let open: RawRecord[] = [];
  let openBytes = 0;
  let header: { type: TypeRow; fields: number } | undefined;

  function* read(raws: Iterable<RawRecord>): Generator<JudgedRecord> {
    for (const raw of raws) yield* readLine(raw);
  }

  function* readLine(line: RawRecord): Generator<JudgedRecord> {
    if (line.length > line.bytes.length) {
      yield* giveUp(takeOpen());
      return yield* readRecord([line]);
    }
    if (open.length === 0 && isBlank(line.bytes)) return;
    if (open.length === 0 && !hasOddQuotes(line.bytes)) return yield* readRecord([line]);
    const isClosing = open.length > 0 && hasOddQuotes(line.bytes);
    open.push(line);
    openBytes += line.length + 1;
    if (isClosing) yield* readRecord(takeOpen());
    else if (openBytes > maxBytes || open.length > maxOpenLines) yield* giveUp(takeOpen());
  }

  function takeOpen(): RawRecord[] {
    const taken = open;
    open = [];
    openBytes = 0;
    return taken;
  }

  /** The first line cannot begin a record; what follows may still be good. */
  function* giveUp([first, ...rest]: RawRecord[]): Generator<JudgedRecord> {
    if (first === undefined) return;
    yield malformed(first, "a quote is opened or closed in the wrong place");
    for (const line of rest) yield* readLine(line);
  }

  function* readRecord(record: RawRecord[]): Generator<JudgedRecord> {
    const raw = joinLines(record);
    const bytes = withoutReturn(raw.bytes);
    if (raw.length > raw.bytes.length) {
      return yield { raw, reason: "line-too-long", message: `${raw.length} bytes long` };
    }
    if (!isUtf8(bytes)) return yield { raw, reason: "invalid-utf8", message: "not valid UTF-8" };
    if (bytes.length > maxColumns && hasTooManyColumns(bytes)) {
      return yield malformed(raw, `more than ${maxColumns} columns`);
    }
    const fields = readFields(bytes);
    if (fields === undefined) return yield* giveUp(record);
    if (header === undefined) {
      header = { type: createRowTyper(layout, fields), fields: fields.length };
      return;
    }
    const typed = fields.length === header.fields ? header.type(fields) : undefined;
    if (typed !== undefined && "row" in typed) return yield { raw, row: typed.row };
    const next = typerBelow(fields);
    if (next !== undefined) {
      header = { type: next, fields: fields.length };
      return;
    }
    if (typed === undefined) {
      const message = `${fields.length} fields where the header has ${header.fields}`;
      return yield malformed(raw, message);
    }
    yield { raw, reason: "invalid-field", ...typed };
  }

  /** How the records below some fields are read, when these are a header. */
  function typerBelow(fields: readonly string[]): TypeRow | undefined {
    if (!namesFirstColumn(layout, fields)) return undefined;
    try {
      return createRowTyper(layout, fields);
    } catch {
      return undefined;
    }
  }

  return {
    push: (chunk) => read(lines.push(chunk)),
    *end() {
      yield* read(lines.end());
      while (open.length > 0) yield* giveUp(takeOpen());
      if (header === undefined) throw new BrokenObjectError("unsupported-format", "no header line");
    },
  };
}

const malformed = (raw: RawRecord, message: string): JudgedRecord => ({
  raw,
  reason: "malformed-csv",
  message,
});

function hasOddQuotes(bytes: Buffer): boolean {
  let isOdd = false;
  for (let at = bytes.indexOf(quote); at !== -1; at = bytes.indexOf(quote, at + 1)) isOdd = !isOdd;
  return isOdd;
}

/** As far as commas tell that stand in no quotes. */
function hasTooManyColumns(bytes: Buffer): boolean {
  let columns = 1;
  let isQuoted = false;
  for (const byte of bytes) {
    if (byte === quote) isQuoted = !isQuoted;
    else if (byte === comma && !isQuoted) columns += 1;
    if (columns > maxColumns) return true;
  }
  return false;
}

/** The fields of one record, or undefined when its quotes are misplaced. */
function readFields(bytes: Buffer): string[] | undefined {
  const text = bytes.toString();
  // Most records have no quotes: then nothing but commas separates fields.
  if (!text.includes('"')) return text.split(",");
  try {
    const records = parse(text, { relax_column_count: true });
    return records.length === 1 ? records[0] : undefined;
  } catch {
    return undefined;
  }
}
