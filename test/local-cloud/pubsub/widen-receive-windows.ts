import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";

const channel = "http2.server.stream.created";
const streamWindowBytes = 2 ** 21;
const sessionWindowBytes = 2 ** 23;

/**
 * Lets clients of the HTTP/2 server on `port` send megabytes ahead instead of HTTP/2's default 64 KiB:
 * publishing is two to three times as fast. grpc-js has an option for this on its clients only.
 * @returns ends it for connections made later.
 */
export function widenReceiveWindows(port: number): () => void {
  const widened = new WeakSet<ServerHttp2Session>();

  function widen(message: unknown): void {
    if (!isStreamCreated(message)) return;
    const { session } = message.stream;
    if (session === undefined || widened.has(session)) return;
    if (session.socket.localPort !== port) return;
    widened.add(session);
    session.setLocalWindowSize(sessionWindowBytes);
    session.settings({ initialWindowSize: streamWindowBytes });
  }

  subscribe(channel, widen);
  return () => {
    unsubscribe(channel, widen);
  };
}

function isStreamCreated(
  message: unknown,
): message is { stream: ServerHttp2Stream & { session: ServerHttp2Session | undefined } } {
  return typeof message === "object" && message !== null && "stream" in message;
}
