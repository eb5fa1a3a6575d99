import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";

/** A frame of a WebSocket, whole. */
export type Frame = { data: Buffer; isBinary: boolean };

/** Where to connect to, asked again before each attempt. */
export type Target = { url: string; protocols?: string[]; headers?: Record<string, string> };

/** The server answers that it will not: another attempt would end the same. */
export class RefusedError extends Error {
  override name = "RefusedError";
  readonly status: number;
  constructor(url: string, status: number) {
    super(`${url} answers ${status}`);
    this.status = status;
  }
}

const retryMs = { first: 500, most: 30_000 };
/** Far more than any event; what is longer ends the connection. */
const maxFrameBytes = 9_500_000;
/** Frames that wait to be read: beyond it the server has to wait. */
const maxWaiting = 2_000;
const pingMs = 30_000;

/**
 * The frames of a WebSocket, for as long as `signal` lets it: a connection that ends, breaks or says
 * nothing to a ping is opened again, later each time that nothing came. A frame that is cut is none.
 * @throws {RefusedError} when the server refuses with a status of 4xx, but for 429.
 */
export async function* followSocket(options: {
  target: () => Promise<Target> | Target;
  signal: AbortSignal;
  note: (line: string) => void;
  /** ms before the first attempt after a failure; doubled for each further one. */
  firstRetryMs?: number;
}): AsyncGenerator<Frame> {
  const { target, signal, note, firstRetryMs = retryMs.first } = options;
  let wait = firstRetryMs;
  while (!signal.aborted) {
    let reason = "closed";
    try {
      for await (const frame of framesOf(await target(), signal)) {
        wait = firstRetryMs;
        yield frame;
      }
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    note(`connection lost (${reason}): the next attempt in ${(wait / 1_000).toFixed(1)} s`);
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    wait = Math.min(2 * wait, retryMs.most);
  }
}

/** The frames of one connection; ends when it is closed, throws when it breaks. */
async function* framesOf(target: Target, signal: AbortSignal): AsyncGenerator<Frame> {
  const socket = new WebSocket(target.url, target.protocols ?? [], {
    headers: target.headers ?? {},
    maxPayload: maxFrameBytes,
    handshakeTimeout: pingMs,
    followRedirects: false,
  });
  const waiting: Frame[] = [];
  let end: { error?: Error } | undefined;
  let wake = () => {};
  let isAlive = true;
  const stop = (error?: Error) => {
    end ??= error === undefined ? {} : { error };
    wake();
  };
  socket.on("message", (data, isBinary) => {
    isAlive = true;
    waiting.push({ data: bytesOf(data), isBinary });
    if (waiting.length >= maxWaiting) socket.pause();
    wake();
  });
  socket.on("pong", () => {
    isAlive = true;
  });
  socket.on("close", () => stop());
  socket.on("error", stop);
  socket.on("unexpected-response", (request, response) => {
    const status = response.statusCode ?? 0;
    const isFinal = status >= 300 && status < 500 && status !== 429;
    stop(isFinal ? new RefusedError(target.url, status) : new Error(`status ${status}`));
    request.destroy();
  });
  const onAbort = () => stop();
  signal.addEventListener("abort", onAbort);
  const pings = setInterval(() => {
    if (!isAlive) stop(new Error("no answer to a ping"));
    isAlive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, pingMs);
  try {
    for (;;) {
      if (signal.aborted) return;
      const frame = waiting.shift();
      if (frame !== undefined) {
        if (waiting.length < maxWaiting / 2 && socket.isPaused) socket.resume();
        yield frame;
      } else if (end !== undefined) {
        if (end.error !== undefined) throw end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearInterval(pings);
    signal.removeEventListener("abort", onAbort);
    socket.terminate();
  }
}

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
