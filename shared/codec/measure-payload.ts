import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import { maxPayloadBytes } from "./decode-payload.ts";
import { encodingAttribute } from "./encode-payload.ts";
import { longestHeader, readFrameHeader } from "./frame-header.ts";

/** RFC 8878, 3.1.1. */
const checksumBytes = 4;
const rleBlock = 1;

/**
 * At most how many bytes the data of a message has without its compression, told without inflating
 * it: what its frames declare, which decoders hold them to, or what no message may exceed.
 */
export function measurePayload({
  payload,
  attributes,
}: Pick<PubsubDelivery, "payload" | "attributes">): number {
  const bytes = Buffer.byteLength(payload, "base64");
  switch (attributes[encodingAttribute]) {
    case "gzip":
      return maxPayloadBytes;
    case "zstd":
      return Math.min(maxPayloadBytes, measureFrames(payload, bytes) ?? maxPayloadBytes);
    default:
      return bytes;
  }
}

/** Sum of the declared sizes of zstd frames; undefined when one declares none or is none. */
function measureFrames(payload: string, end: number): number | undefined {
  let total = 0;
  for (let at = 0; at < end; ) {
    const header = readFrameHeader(sliceOf(payload, at, longestHeader));
    if (header === undefined) return undefined;
    total += header.contentBytes;
    at = skipBlocks(payload, at + header.headerBytes, end);
    if (header.hasChecksum) at += checksumBytes;
  }
  return total;
}

/** To behind the last block of a frame, or to the end of data that is cut short. */
function skipBlocks(payload: string, from: number, end: number): number {
  let at = from;
  while (at + 3 <= end) {
    const block = sliceOf(payload, at, 3).readUIntLE(0, 3);
    at += 3 + (((block >> 1) & 3) === rleBlock ? 1 : block >> 3);
    if ((block & 1) === 1) return at;
  }
  return end;
}

/** At least `length` bytes of base64 from `at` on, without decoding the rest; fewer at the end. */
function sliceOf(payload: string, at: number, length: number): Buffer {
  const group = Math.floor(at / 3);
  const groups = Math.ceil((at + length) / 3);
  const bytes = Buffer.from(payload.slice(group * 4, groups * 4), "base64");
  return bytes.subarray(at - group * 3);
}
