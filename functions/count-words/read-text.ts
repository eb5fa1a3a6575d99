import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { inflateGzip, isGzip } from "../../shared/objects/inflate-gzip.ts";
import type { ObjectReader } from "../../shared/objects/read-object.ts";
import { enoughBytes, refuseBinary } from "../../shared/objects/refuse-binary.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";

export type TextLimits = {
  /** Most bytes of content. */
  contentBytes: number;
  /** Most bytes of content for a byte of gzip; deflate can reach 1,032. */
  ratio: number;
};

/** Less content than this is harmless whatever its ratio. */
const harmlessBytes = 8 * 1024 * 1024;
const signatureBytes = 2;

/**
 * The text of an object, piece by piece: UTF-8, plain or as gzip. What is no UTF-8 in it is U+FFFD.
 * @throws {BrokenObjectError} when it is something else, damaged, or larger than it may be.
 */
export async function* readText(
  object: StoredObject,
  store: Pick<ObjectReader, "read">,
  limits: TextLimits,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  for await (const bytes of checkBeginning(readContent(object, store, limits))) {
    yield decoder.decode(bytes, { stream: true });
  }
  yield decoder.decode();
}

/** The content of an object without its compression, as much as it may have. */
async function* readContent(
  object: StoredObject,
  store: Pick<ObjectReader, "read">,
  { contentBytes, ratio }: TextLimits,
): AsyncGenerator<Buffer> {
  const head: Buffer[] = [];
  for await (const chunk of store.read(object, signatureBytes)) head.push(chunk);
  const isCompressed = isGzip(Buffer.concat(head));
  const stored = store.read(object);
  const mostInflated = Math.max(harmlessBytes, object.size * ratio);
  let length = 0;
  for await (const piece of isCompressed ? inflateGzip(stored) : stored) {
    length += piece.length;
    if (length > contentBytes) {
      throw new BrokenObjectError("object-too-large", `more than ${contentBytes} bytes`);
    }
    if (isCompressed && length > mostInflated) {
      throw new BrokenObjectError("decompression-bomb", `more than ${ratio} times its size`);
    }
    yield piece;
  }
}

/** The same content, whose beginning looks like a text. */
async function* checkBeginning(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of content) {
    if (head === undefined) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < enoughBytes) continue;
    refuseBinary(head);
    yield head;
    head = undefined;
  }
  if (head === undefined) return;
  refuseBinary(head);
  yield head;
}
