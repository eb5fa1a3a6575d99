import { ArchiveError } from "./archive-error.ts";

/** Reads what a stream holds, piece by piece. */
export type ByteReader = {
  /** Bytes that were taken so far. */
  offset: () => number;
  /** Whether nothing follows. */
  isAtEnd: () => Promise<boolean>;
  /** @throws {ArchiveError} when the stream ends before. */
  take: (length: number) => Promise<Buffer>;
  /**
   * A whole number as Avro writes them: 7 bits a byte, lowest first, the sign in the lowest bit.
   * @throws {ArchiveError} when the stream ends before, or the number is larger than any size.
   */
  takeLong: () => Promise<number>;
  /** Ends the stream, however much of it is left. */
  close: () => Promise<void>;
};

const mostLongBytes = 8;

/** A reader of some content; holds no more of it than a chunk beside what is taken. */
export function createByteReader(content: AsyncIterable<Buffer>): ByteReader {
  const chunks = content[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;

  /** Whether so many bytes are held, or could be read. */
  async function hold(length: number): Promise<boolean> {
    const pieces = [held];
    let bytes = held.length;
    while (bytes < length) {
      const next = await chunks.next();
      if (next.done) break;
      pieces.push(next.value);
      bytes += next.value.length;
    }
    if (pieces.length > 1) held = Buffer.concat(pieces);
    return bytes >= length;
  }

  async function take(length: number): Promise<Buffer> {
    if (held.length < length && !(await hold(length))) {
      throw new ArchiveError(`is cut off at byte ${offset + held.length}`);
    }
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    offset += length;
    return taken;
  }

  async function takeLong(): Promise<number> {
    const at = offset;
    let unsigned = 0;
    for (let index = 0; index < mostLongBytes; index++) {
      const [byte = 0] = await take(1);
      unsigned += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
    }
    throw new ArchiveError(`there is no number at byte ${at}`);
  }

  return {
    offset: () => offset,
    isAtEnd: async () => held.length === 0 && !(await hold(1)),
    take,
    takeLong,
    close: async () => {
      await chunks.return?.();
    },
  };
}
