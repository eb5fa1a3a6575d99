import { invalidRequest } from "./storage-error.ts";

/** The JSON part is metadata; the real service refuses more than this, too. */
const maxMetadataBytes = 1_048_576;
const maxHeaderBytes = 16_384;

type PartHeaders = ReadonlyMap<string, string>;

/** A `multipart/related` upload: the object's metadata, and its bytes as they arrive. */
export type MultipartUpload = {
  metadata: string;
  mediaHeaders: PartHeaders;
  /** To be read once, to its end; throws StorageError 400 when the closing boundary is missing. */
  media: AsyncIterable<Buffer>;
};

/**
 * Splits a body of exactly two parts, JSON and media (RFC 2387), without holding the media.
 *
 * @param contentType the request's Content-Type, which carries the boundary
 * @throws StorageError 400 when the body is not such a body
 */
export async function splitMultipart(
  body: AsyncIterable<Buffer>,
  contentType: string | undefined,
): Promise<MultipartUpload> {
  const boundary = parseBoundary(contentType);
  const reader = createReader(body);
  const opening = await reader.readUntil(Buffer.from(`--${boundary}`), maxHeaderBytes);
  if (opening.toString().trim() !== "") {
    throw invalidRequest("Multipart body must begin with its boundary.");
  }
  await reader.readUntil(Buffer.from("\r\n\r\n"), maxHeaderBytes);
  const separator = Buffer.from(`\r\n--${boundary}`);
  const metadata = await reader.readUntil(separator, maxMetadataBytes);
  const headers = await reader.readUntil(Buffer.from("\r\n\r\n"), maxHeaderBytes);
  return {
    metadata: metadata.toString(),
    mediaHeaders: parsePartHeaders(headers.toString()),
    media: readMedia(reader, separator),
  };
}

function parseBoundary(contentType: string | undefined): string {
  const match = /^multipart\/related\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(
    contentType ?? "",
  );
  const boundary = match?.[1] ?? match?.[2];
  // 70 is the limit of RFC 2046.
  if (boundary === undefined || boundary.length > 70) {
    throw invalidRequest("A multipart upload needs Content-Type: multipart/related; boundary=…");
  }
  return boundary;
}

function parsePartHeaders(text: string): PartHeaders {
  const headers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) {
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
  }
  return headers;
}

async function* readMedia(reader: Reader, separator: Buffer): AsyncGenerator<Buffer> {
  yield* reader.streamUntil(separator);
  const rest = (await reader.readRest(maxHeaderBytes)).toString();
  if (!rest.startsWith("--")) throw invalidRequest("Multipart body must have exactly two parts.");
}

type Reader = {
  /** What comes before the mark; the mark is consumed. */
  readUntil: (mark: Buffer, limit: number) => Promise<Buffer>;
  streamUntil: (mark: Buffer) => AsyncGenerator<Buffer>;
  readRest: (limit: number) => Promise<Buffer>;
};

function createReader(body: AsyncIterable<Buffer>): Reader {
  const source = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function readMore(): Promise<boolean> {
    const next = await source.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  }

  async function readUntil(mark: Buffer, limit: number): Promise<Buffer> {
    let at = held.indexOf(mark);
    while (at < 0) {
      if (held.length > limit) throw invalidRequest("A part of the multipart body is too large.");
      if (!(await readMore())) throw invalidRequest("Multipart body ended before its boundary.");
      at = held.indexOf(mark);
    }
    const before = held.subarray(0, at);
    held = held.subarray(at + mark.length);
    return before;
  }

  async function* streamUntil(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(mark);
      if (at >= 0) {
        const before = held.subarray(0, at);
        held = held.subarray(at + mark.length);
        yield before;
        return;
      }
      // The mark may lie across two pieces: its possible beginning stays behind.
      const sure = held.length - mark.length + 1;
      if (sure > 0) {
        const before = held.subarray(0, sure);
        held = held.subarray(sure);
        yield before;
      }
      if (!(await readMore())) {
        throw invalidRequest("Multipart body ended before its closing boundary.");
      }
    }
  }

  async function readRest(limit: number): Promise<Buffer> {
    while (await readMore()) {
      if (held.length > limit) {
        throw invalidRequest("Multipart body goes on after its closing boundary.");
      }
    }
    return held;
  }

  return { readUntil, streamUntil, readRest };
}
