import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { inflateGzip } from "../../shared/objects/inflate-gzip.ts";

export type GzipLimits = {
  /** Most bytes of a line that is loaded. */
  lineBytes: number;
  /** Most bytes of content. */
  contentBytes: number;
  /** Most bytes of content for a byte of gzip; deflate can reach 1,032. */
  ratio: number;
};

/** Less content than this is harmless whatever its ratio. */
const harmlessBytes = 8 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Reads gzip content to its end and keeps none of it, so that nothing of a file is published
 * before all of it is known to be whole. Lines that are too long to be loaded cost next to
 * nothing, so as text they do not count for the ratio: they fail one by one.
 * @throws {BrokenObjectError} when it is damaged, cut short, too large, or a decompression bomb.
 */
export async function verifyGzip(
  source: AsyncIterable<Buffer>,
  size: number,
  limits: GzipLimits,
): Promise<void> {
  const most = Math.max(harmlessBytes, size * limits.ratio);
  let content = 0;
  let inLongLines = 0;
  let line = 0;
  for await (const piece of inflateGzip(source)) {
    content += piece.length;
    if (content > limits.contentBytes) {
      throw new BrokenObjectError("object-too-large", `more than ${limits.contentBytes} bytes`);
    }
    const firstEnd = piece.indexOf(lineFeed);
    line += firstEnd === -1 ? piece.length : firstEnd;
    inLongLines += Math.max(0, Math.min(piece.length, line - limits.lineBytes));
    if (firstEnd !== -1) line = piece.length - piece.lastIndexOf(lineFeed) - 1;
    if (content > most && (content - inLongLines > most || piece.includes(0))) {
      const message = `more than ${limits.ratio} times its size`;
      throw new BrokenObjectError("decompression-bomb", message);
    }
  }
}
