import { constants, gunzipSync, zstdDecompressSync } from "node:zlib";
import * as z from "zod";
import type { FailureReason } from "../events/failed-event.v1.ts";
import { readFrameHeader } from "./frame-header.ts";

/** Why data cannot be read as its encoding says. */
export type UnreadablePayload = { reason: FailureReason; message: string };

/** Most bytes without compression: as many as a message without compression may have. */
export const maxPayloadBytes = 10_000_000;

/** RFC 8878 recommends that decoders support windows of 8 MiB, and no frame needs more. */
const maxWindowLog = 23;
/** Each frame costs a decoder of its own. Tools that write several have one for a MiB or more. */
const maxFrames = 100;
/** Data compresses about eight times: mostly one piece, never a large one for a small message. */
const pieceBytes = { least: 16 * 1024, most: 1024 * 1024, perByte: 10 };

const inflated = z.object({
  buffer: z.instanceof(Buffer),
  /** `bytesWritten` is how much of the input was read. */
  engine: z.object({ bytesWritten: z.number() }),
});

const zlibError = z.object({ code: z.string() });

/**
 * The data of a message without its compression, or why it cannot be read: an encoding that is
 * unknown, data that is damaged, cut short or followed by something else, or that inflates to more
 * than 10 MB. Never more than that is held.
 */
export function decodePayload(
  bytes: Buffer,
  encoding: string | undefined,
): Buffer | UnreadablePayload {
  try {
    switch (encoding) {
      case undefined:
      case "":
      case "identity":
        return bytes;
      case "gzip":
        return inflate(bytes, gunzip, 1);
      case "zstd":
        return inflate(bytes, unzstd, maxFrames);
      default:
        return { reason: "unsupported-encoding", message: "neither gzip nor zstd" };
    }
  } catch (error) {
    return describe(error, encoding);
  }
}

type Decoder = (bytes: Buffer, options: { maxOutputLength: number; chunkSize: number }) => unknown;

const gunzip: Decoder = (bytes, options) => gunzipSync(bytes, { ...options, info: true });

const unzstd: Decoder = (bytes, options) =>
  zstdDecompressSync(bytes, {
    ...options,
    info: true,
    params: { [constants.ZSTD_d_windowLogMax]: maxWindowLog },
  });

/** Node reads all members of a gzip file at once, but one frame of zstd at a time. */
function inflate(bytes: Buffer, decode: Decoder, mostFrames: number): Buffer {
  const { least, most, perByte } = pieceBytes;
  const expected = readFrameHeader(bytes)?.contentBytes ?? perByte * bytes.length;
  let chunkSize = Math.min(Math.max(expected, least), most);
  const frames: Buffer[] = [];
  let length = 0;
  let read = 0;
  do {
    if (frames.length === mostFrames) throw new TrailingBytesError();
    const rest = bytes.subarray(read);
    // One more, because a limit of zero is none.
    const maxOutputLength = maxPayloadBytes - length + 1;
    const frame = inflated.parse(decode(rest, { maxOutputLength, chunkSize }));
    frames.push(frame.buffer);
    length += frame.buffer.length;
    if (length > maxPayloadBytes) throw new PayloadTooLargeError();
    read += frame.engine.bytesWritten;
    // A frame keeps its last piece alive, however little of it is used.
    chunkSize = least;
  } while (read < bytes.length);
  const [first] = frames;
  return first !== undefined && frames.length === 1 ? first : Buffer.concat(frames);
}

class PayloadTooLargeError extends Error {
  override name = "PayloadTooLargeError";
}

class TrailingBytesError extends Error {
  override name = "TrailingBytesError";
}

const unsupportedZstd: ReadonlyMap<string, string> = new Map([
  ["ZSTD_error_frameParameter_windowTooLarge", "zstd with a window of more than 8 MiB"],
  ["ZSTD_error_dictionary_wrong", "zstd with a dictionary"],
]);

/** @throws what is no error of the data. */
function describe(error: unknown, encoding = ""): UnreadablePayload {
  if (error instanceof TrailingBytesError) {
    return { reason: "corrupt-data", message: `something else follows the ${encoding} data` };
  }
  const code = zlibError.safeParse(error).data?.code ?? "";
  if (error instanceof PayloadTooLargeError || code === "ERR_BUFFER_TOO_LARGE") {
    const message = `more than ${maxPayloadBytes} bytes when decompressed`;
    return { reason: "decompression-bomb", message };
  }
  if (code === "Z_BUF_ERROR") {
    return { reason: "truncated-data", message: `the ${encoding} data is cut short` };
  }
  const unsupported = unsupportedZstd.get(code);
  if (unsupported !== undefined) return { reason: "unsupported-encoding", message: unsupported };
  const isOfData = code === "Z_DATA_ERROR" || code.startsWith("ZSTD_error_");
  if (!isOfData || code === "ZSTD_error_memory_allocation") throw error;
  return { reason: "corrupt-data", message: `not ${encoding} data, or damaged` };
}
