import { subscribe } from "node:diagnostics_channel";
import { type IncomingMessage, type RequestListener, Server, type ServerResponse } from "node:http";

/** Sees a request before anything of its body is read; nobody else does until it calls `next`. */
type Doorkeeper = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Puts `keep` before every HTTP server of this process, so also before the functions framework, which
 * reads bodies of up to 1 GB before it calls any handler. Node announces a request before it gives it
 * to the listeners of its server: at the first one they are put behind the doorkeeper.
 */
export function standBefore(keep: Doorkeeper): void {
  const kept = new WeakSet<Server>();
  subscribe("http.server.request.start", (announcement) => {
    const server = serverOf(announcement);
    if (server === undefined || kept.has(server)) return;
    kept.add(server);
    const listeners = server.listeners("request");
    server.removeAllListeners("request");
    const open: RequestListener = (request, response) =>
      keep(request, response, () => {
        for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
      });
    server.on("request", open);
  });
}

function serverOf(announcement: unknown): Server | undefined {
  const server: unknown = Reflect.get(Object(announcement), "server");
  return server instanceof Server ? server : undefined;
}
