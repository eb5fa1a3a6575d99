import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { computeCrc32c } from "./compute-crc32c.ts";

/** Both checksums of an object, taken as its bytes go by. */
export type ContentHash = {
  update: (bytes: Uint8Array) => void;
  /** How many bytes have been taken in. */
  size: () => number;
  /** Big-endian CRC-32C in base64, as the JSON API writes it. */
  crc32c: () => string;
  /** MD5 in base64. */
  md5Hash: () => string;
};

export function createContentHash(): ContentHash {
  const md5 = createHash("md5");
  let crc32c = 0;
  let size = 0;
  return {
    update: (bytes) => {
      md5.update(bytes);
      crc32c = computeCrc32c(bytes, crc32c);
      size += bytes.length;
    },
    size: () => size,
    crc32c: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc32c);
      return bytes.toString("base64");
    },
    md5Hash: () => md5.copy().digest("base64"),
  };
}

/** The hash of a file that is already there, read in 1 MiB pieces. */
export async function hashContent(path: string): Promise<ContentHash> {
  const hash = createContentHash();
  for await (const bytes of createReadStream(path, { highWaterMark: 1_048_576 })) {
    hash.update(bytes);
  }
  return hash;
}
