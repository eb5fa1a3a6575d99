import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";

/** Headers by which the framework's body parsers find a body and choose what to do with it. */
const bodyHeaders = ["content-length", "transfer-encoding", "content-encoding", "content-type"];

/**
 * Keeps the framework's hands off every request of this process: its body parsers would read up to
 * 1 GB, and its router answers a target that it cannot decode with HTML. Node announces a request
 * earlier than that. From then on the framework sees a request for `/` without a body, and the real
 * target, path and query, is to be had from the returned function.
 */
export function takeTargets(): (request: object) => string {
  const targets = new WeakMap<object, string>();
  subscribe("http.server.request.start", (announcement) => {
    if (typeof announcement !== "object" || announcement === null) return;
    if (!("request" in announcement)) return;
    const { request } = announcement;
    if (!(request instanceof IncomingMessage)) return;
    targets.set(request, request.url ?? "/");
    for (const name of bodyHeaders) request.headers[name] = undefined;
    request.url = "/";
  });
  return (request) => targets.get(request) ?? "/";
}
