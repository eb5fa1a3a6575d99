import { packedBytes, packedEvents } from "../../shared/codec/pack-lines.ts";

/** A packed message and which records of the object are in it, for example `0-122,124-499`. */
export type PackedRows = { data: Buffer; events: number; records: string };

/** The value of a Pub/Sub attribute has at most 1,024 bytes; one more range always fits. */
const maxRangesLength = 960;
const lineFeed = 0x0a;

/**
 * Packs rows in order. What is in which message depends on the rows alone, never on time, so that
 * the same object is always packed into the same messages.
 */
export function packRows() {
  // Rows are copied at once: kept alive until the message is full, they would outlive their chunks
  // and the young generation of the heap, and memory would grow with the object.
  let staged = Buffer.allocUnsafe(packedBytes);
  let bytes = 0;
  let events = 0;
  let closedRanges = "";
  let range: { first: number; last: number } | undefined;

  const ranges = () => {
    if (range === undefined) return closedRanges;
    const { first, last } = range;
    return `${closedRanges}${first === last ? first : `${first}-${last}`}`;
  };

  const flush = (): PackedRows | undefined => {
    if (events === 0) return undefined;
    const isLarge = staged.length > packedBytes;
    const used = staged.subarray(0, bytes);
    const packed = { data: isLarge ? used : Buffer.from(used), events, records: ranges() };
    if (isLarge) staged = Buffer.allocUnsafe(packedBytes);
    bytes = 0;
    events = 0;
    closedRanges = "";
    range = undefined;
    return packed;
  };

  const stage = (row: Buffer) => {
    if (events > 0) {
      staged[bytes] = lineFeed;
      bytes += 1;
    }
    if (row.length > staged.length) staged = Buffer.allocUnsafe(row.length);
    staged.set(row, bytes);
    bytes += row.length;
    events += 1;
  };

  /** Takes a row with the index of its record; returns the message that it did not fit into. */
  const add = (row: Buffer, index: number): PackedRows | undefined => {
    const isFull =
      events === packedEvents ||
      bytes + 1 + row.length > packedBytes ||
      closedRanges.length > maxRangesLength;
    const full = isFull ? flush() : undefined;
    stage(row);
    if (range !== undefined && index === range.last + 1) range.last = index;
    else {
      closedRanges = range === undefined ? "" : `${ranges()},`;
      range = { first: index, last: index };
    }
    return full;
  };

  return { add, flush };
}
