/** How much is kept of a record that is too long: enough to recognise it. */
export const keptBytes = 64 * 1024;

/** A record that is still growing, chunk by chunk. */
export type GrowingRecord = {
  add: (piece: Buffer) => void;
  /** What was added since the last call: all of it, or its beginning when it is too long. */
  take: () => { bytes: Buffer; length: number };
  length: () => number;
};

/** Gathers the pieces of one record after the other, each in at most about `maxBytes` of memory. */
export function gatherRecord(maxBytes: number): GrowingRecord {
  const most = Math.min(keptBytes, maxBytes);
  let pieces: Buffer[] = [];
  let length = 0;

  const add = (piece: Buffer) => {
    const wasTooLong = length > maxBytes;
    length += piece.length;
    if (wasTooLong) return;
    pieces.push(piece);
    // A copy, so that the chunks it was cut from can be freed.
    if (length > maxBytes) pieces = [Buffer.concat(pieces, most)];
  };

  const take = () => {
    const [first] = pieces;
    const bytes = first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
    const record = { bytes, length };
    pieces = [];
    length = 0;
    return record;
  };

  return { add, take, length: () => length };
}
