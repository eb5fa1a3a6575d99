import * as z from "zod";

/** What a field of a message may be, in the words of Avro. */
const kind = z.union([
  z.enum(["string", "bytes", "long"]),
  // With a logical type beside it: a long for a time, for example.
  z.looseObject({ type: z.enum(["string", "bytes", "long"]) }).transform(({ type }) => type),
  z
    .looseObject({ type: z.literal("map"), values: z.literal("string") })
    .transform(() => "map" as const),
]);

/** A schema as an Avro file gives it, of which the fields can be read. */
export const recordSchema = z.object({
  type: z.literal("record"),
  name: z.string(),
  fields: z.array(z.object({ name: z.string(), type: kind })),
});

type Field = z.infer<typeof recordSchema>["fields"][number];

/** Encoded records, and where the next one begins. */
export type Cursor = { bytes: Buffer; at: number };

const mostLongBytes = 8;

/**
 * The fields of the record at the cursor, which is then behind it. By hand, because libraries follow
 * a map for as many entries as it claims to have.
 * @throws {RangeError} when it is cut off, or claims more than there is.
 */
export function readFields(cursor: Cursor, fields: readonly Field[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const { name, type } of fields) record[name] = readers[type](cursor);
  return record;
}

const readers: Record<Field["type"], (cursor: Cursor) => unknown> = {
  string: readString,
  bytes: readBytes,
  long: readLong,
  map: readMap,
};

/** 7 bits a byte, lowest first, the sign in the lowest bit. */
function readLong(cursor: Cursor): number {
  let unsigned = 0;
  for (let index = 0; index < mostLongBytes; index++) {
    const byte = cursor.bytes.readUInt8(cursor.at);
    cursor.at += 1;
    unsigned += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
  }
  throw new RangeError("a number of more than 56 bits");
}

function readBytes(cursor: Cursor): Buffer {
  const length = readLong(cursor);
  const end = cursor.at + length;
  if (length < 0 || end > cursor.bytes.length) throw new RangeError(`${length} bytes`);
  const bytes = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}

function readString(cursor: Cursor): string {
  return readBytes(cursor).toString();
}

/** Entries in groups, the last of which is empty. */
function readMap(cursor: Cursor): Record<string, string> {
  const map: [string, string][] = [];
  for (let count = readLong(cursor); count !== 0; count = readLong(cursor)) {
    // A group of which the number of bytes is told, too.
    if (count < 0) readLong(cursor);
    for (let left = Math.abs(count); left > 0; left--) {
      map.push([readString(cursor), readString(cursor)]);
    }
  }
  return Object.fromEntries(map);
}
