import type { IncomingMessage, ServerResponse } from "node:http";
import { createGate } from "./create-gate.ts";
import { standBefore } from "./stand-before.ts";

type Bounds = {
  /** Of one body, bytes. */
  mostBytes: number;
  /** A body whose length is not declared: refused, or taken for one of `mostBytes`. */
  undeclared: "refused" | "largest";
  /** Bodies reach the handler as bytes: the framework would write what is no JSON into the log. */
  isRaw: boolean;
};

/** Of all larger bodies at once, from the first byte to the answer: one of the largest messages. */
const roomBytes = 15_000_000;
/** All that may be there at once together are less than one of the largest. */
const alwaysInBytes = 64 * 1024;
/** Well below the deadline after which Pub/Sub delivers again by itself. */
const mostWaitMs = 25_000;

/**
 * Bounds the memory that requests take in this process, by their declared length and before any of it
 * is read: what is too large is refused, what does not fit beside the others waits, and comes again
 * when it has waited for long. Small bodies never wait.
 */
export function boundRequests({ mostBytes, undeclared, isRaw }: Bounds): void {
  const enter = createGate(roomBytes);
  standBefore((request, response, next) => {
    const { headers } = request;
    if (headers["content-encoding"] !== undefined) return refuse(request, response, 415);
    const isChunked = headers["transfer-encoding"] !== undefined;
    if (isChunked && undeclared === "refused") return refuse(request, response, 411);
    const bytes = isChunked ? mostBytes : Number(headers["content-length"] ?? 0);
    if (bytes > mostBytes) return refuse(request, response, 413);
    if (isRaw) headers["content-type"] = "application/octet-stream";
    else forgetRawBody(request);
    if (bytes <= alwaysInBytes) return next();
    const giveUp = setTimeout(() => {
      leave();
      refuse(request, response, 429);
    }, mostWaitMs);
    const leave = enter(bytes, () => {
      clearTimeout(giveUp);
      next();
    });
    response.once("close", () => {
      clearTimeout(giveUp);
      leave();
    });
  });
}

/** The framework keeps the bytes of a body beside what it has parsed, as long as the request lasts. */
function forgetRawBody(request: IncomingMessage): void {
  Object.defineProperty(request, "rawBody", { set: () => {} });
}

const titles = {
  411: "The length of the body must be declared",
  413: "The body is too large",
  415: "The body must not be encoded",
  429: "Too many large bodies at once",
} as const;

/** For a sender that goes on and on. */
const patienceMs = 10_000;

/**
 * `application/problem+json` (RFC 9457). What is left of the body is read and dropped first: a
 * connection that is cut while its sender still writes would lose the answer.
 */
function refuse(request: IncomingMessage, response: ServerResponse, status: keyof typeof titles) {
  const body = JSON.stringify({ type: "about:blank", title: titles[status], status });
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "content-length": body.length,
    connection: "close",
    ...(status === 429 && { "retry-after": "5" }),
  });
  response.write(body);
  const timer = setTimeout(() => request.destroy(), patienceMs);
  const finish = () => {
    clearTimeout(timer);
    response.end();
  };
  request.once("close", finish).resume();
}
