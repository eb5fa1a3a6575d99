import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";

/** The head of a request as its sender wrote it. */
export type RequestHead = {
  method: string;
  /** Path and query. */
  target: string;
  /** All values of each header, by lower-case name. */
  headers: Readonly<Record<string, readonly string[] | undefined>>;
};

/**
 * Headers by which the framework's body parsers find a body and choose what to do with it, and the
 * one that it would write into the labels of each log line.
 */
const hiddenHeaders = [
  "content-length",
  "transfer-encoding",
  "content-encoding",
  "content-type",
  "function-execution-id",
];

/**
 * Keeps the framework's hands off every request of this process. Its body parsers would inflate and
 * buffer up to 1 GB, and its router answers a target that it cannot decode with HTML, before any
 * handler runs; Node announces a request earlier than that. From then on the framework sees a
 * request for `/` without a body, and the real head is to be had from the returned function
 * (undefined: not announced, so not guarded).
 */
export function guardRequests(): (request: object) => RequestHead | undefined {
  const heads = new WeakMap<object, RequestHead>();
  subscribe("http.server.request.start", (announcement) => {
    const request = requestOf(announcement);
    if (request === undefined) return;
    const { method = "", url = "", headersDistinct } = request;
    heads.set(request, { method, target: url, headers: headersDistinct });
    for (const name of hiddenHeaders) request.headers[name] = undefined;
    request.url = "/";
  });
  return (request) => heads.get(request);
}

function requestOf(announcement: unknown): IncomingMessage | undefined {
  if (typeof announcement !== "object" || announcement === null) return undefined;
  if (!("request" in announcement)) return undefined;
  return announcement.request instanceof IncomingMessage ? announcement.request : undefined;
}
