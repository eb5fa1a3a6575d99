/** Most events in one packed message: DESIGN "Messages". */
export const packedEvents = 500;
/** Most bytes in one packed message, unless a single event is larger. */
export const packedBytes = 1_000_000;

/** JSON lines in UTF-8, each with a line feed behind it: they take less room than their texts. */
export type JoinedLines = { bytes: Buffer; count: number };

/** Newline-delimited JSON with the lines `[from, to)` of the input inside. */
export type PackedMessage = { data: Buffer; from: number; to: number };

/** JSON lines as bytes, in pieces, so that a long list is never there in one more copy. */
export function joinLines(lines: readonly string[]): JoinedLines[] {
  const pieces: JoinedLines[] = [];
  for (let start = 0; start < lines.length; start += packedEvents) {
    const piece = lines.slice(start, start + packedEvents);
    pieces.push({ bytes: Buffer.from(`${piece.join("\n")}\n`), count: piece.length });
  }
  return pieces;
}

/**
 * Packs JSON lines into as few messages as the limits allow, in order, each when it is asked for. A
 * line longer than `packedBytes` travels alone.
 */
export function* packLines(pieces: readonly JoinedLines[]): Generator<PackedMessage> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let from = 0;
  let to = 0;
  for (const piece of pieces) {
    let rest = piece;
    while (rest.count > 0) {
      const room = { bytes: packedBytes - bytes, count: packedEvents - (to - from) };
      const taken = take(rest, room, to === from);
      if (taken.count > 0) parts.push(taken.bytes);
      bytes += taken.bytes.length;
      to += taken.count;
      rest = { bytes: rest.bytes.subarray(taken.bytes.length), count: rest.count - taken.count };
      if (rest.count === 0) break;
      yield { data: dataOf(parts), from, to };
      parts = [];
      bytes = 0;
      from = to;
    }
  }
  if (to > from) yield { data: dataOf(parts), from, to };
}

const lineFeed = 0x0a;

/** The first lines of a piece that there is room for; the first of all has room. */
function take(piece: JoinedLines, room: JoinedRoom, isFirst: boolean): JoinedLines {
  if (piece.count <= room.count && piece.bytes.length <= room.bytes) return piece;
  const most = Math.min(piece.count, room.count);
  let end = 0;
  let count = 0;
  for (; count < most; count++) {
    const next = piece.bytes.indexOf(lineFeed, end) + 1;
    if (next > room.bytes && !(isFirst && count === 0)) break;
    end = next;
  }
  return { bytes: piece.bytes.subarray(0, end), count };
}

type JoinedRoom = { bytes: number; count: number };

/** Without the last line feed. */
function dataOf(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  const all = first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
  return all.subarray(0, -1);
}
