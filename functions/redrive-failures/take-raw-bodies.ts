import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";

/**
 * Lets every body of this process reach its handler as bytes. The framework's own parser writes a
 * body that is no JSON into the log, with a stack, in lines that are no JSON either. Node announces a
 * request earlier than that.
 */
export function takeRawBodies(): void {
  subscribe("http.server.request.start", (announcement) => {
    if (typeof announcement !== "object" || announcement === null) return;
    if (!("request" in announcement)) return;
    const { request } = announcement;
    if (!(request instanceof IncomingMessage)) return;
    request.headers["content-type"] = "application/octet-stream";
  });
}
