import { constants, zstdCompressSync } from "node:zlib";

/** The data of a message and the attribute that says how to read it. */
export type EncodedPayload = { data: Buffer; attributes: Record<string, string> };

/** Attribute of a message whose data is compressed; its value is `gzip` or `zstd`. */
export const encodingAttribute = "content-encoding";

/** Smaller data is billed as if it had this size. */
const leastBytes = 1_024;
/** Codec and level are chosen by `npm run bench -- codec`: what bytes and CPU cost together. */
const params = {
  [constants.ZSTD_c_compressionLevel]: 1,
  // Four bytes, so that what was damaged on the way is never read as something else.
  [constants.ZSTD_c_checksumFlag]: 1,
};

/** Compresses data of more than 1 KiB, unless it is smaller as it is. */
export function encodePayload(data: Buffer): EncodedPayload {
  if (data.length <= leastBytes) return { data, attributes: {} };
  const compressed = zstdCompressSync(data, { params });
  if (compressed.length >= data.length) return { data, attributes: {} };
  return { data: compressed, attributes: { [encodingAttribute]: "zstd" } };
}
