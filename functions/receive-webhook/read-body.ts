import type { Readable } from "node:stream";

/** Why there is no body. */
type BodyFailure = "body-timeout" | "too-busy" | "aborted";

export type BodyReader = {
  /** The whole body, of `length` bytes. It counts as held until it is released. */
  read: (request: Readable, length: number) => Buffer | BodyFailure | Promise<Buffer | BodyFailure>;
  release: (body: Buffer) => void;
};

type Limits = {
  /** Of all bodies held at once, bytes: senders are unknown until their whole body is there. */
  heldBytes: number;
  /** From the first byte to the last, ms. */
  timeoutMs: number;
};

/** The memory of an instance less what it needs itself; X gives up after 10 s anyway. */
const defaultLimits: Limits = { heldBytes: 64_000_000, timeoutMs: 10_000 };

/** A reader whose bodies share one bound. */
export function createBodyReader(limits: Limits = defaultLimits): BodyReader {
  let held = 0;

  const hold = (bytes: number): boolean => {
    if (held + bytes > limits.heldBytes) return false;
    held += bytes;
    return true;
  };

  /** Most bodies come in one piece with their head: then there is nothing to wait for. */
  const readAtOnce = (request: Readable): Buffer | BodyFailure => {
    const chunk: unknown = request.read();
    request.resume();
    const body = Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0);
    return hold(body.length) ? body : "too-busy";
  };

  const readInPieces = (request: Readable) =>
    new Promise<Buffer | BodyFailure>((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const leave = () => {
        clearTimeout(timer);
        request.off("data", take).off("end", finish).off("close", abort);
      };
      const fail = (failure: BodyFailure) => {
        leave();
        held -= bytes;
        resolve(failure);
      };
      const take = (chunk: Buffer) => {
        if (!hold(chunk.length)) return fail("too-busy");
        bytes += chunk.length;
        chunks.push(chunk);
      };
      const finish = () => {
        leave();
        resolve(Buffer.concat(chunks, bytes));
      };
      const abort = () => fail("aborted");
      const timer = setTimeout(() => fail("body-timeout"), limits.timeoutMs);
      // An error is followed by "close"; without a listener it would end the process.
      request.on("error", () => {});
      request.on("data", take).on("end", finish).on("close", abort);
    });

  return {
    read: (request, length) =>
      request.readableLength === length ? readAtOnce(request) : readInPieces(request),
    release: (body) => {
      held -= body.length;
    },
  };
}
