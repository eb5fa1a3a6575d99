import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { uncompress } from "snappyjs";

/** A block without its compression; of at most so many bytes. */
export type DecompressBlock = (block: Buffer, maxOutputLength: number) => Buffer;

/**
 * The codecs of Avro files by their names. Which of them Pub/Sub uses is not documented; `bzip2` and
 * `xz`, which nothing here can read, are not there.
 * https://avro.apache.org/docs/1.12.0/specification/#required-codecs
 */
export const codecs: ReadonlyMap<string, DecompressBlock> = new Map<string, DecompressBlock>([
  ["null", (block) => block],
  ["deflate", (block, maxOutputLength) => inflateRawSync(block, { maxOutputLength })],
  ["zstandard", (block, maxOutputLength) => zstdDecompressSync(block, { maxOutputLength })],
  ["snappy", uncompressSnappy],
]);

const checksumBytes = 4;

/** Snappy, and then the big-endian CRC-32 of what it holds. */
function uncompressSnappy(block: Buffer, maxOutputLength: number): Buffer {
  const end = block.length - checksumBytes;
  if (end < 0) throw new Error("no checksum");
  const content = uncompress(block.subarray(0, end), maxOutputLength);
  if (crc32(content) !== block.readUInt32BE(end)) throw new Error("its checksum differs");
  return content;
}
