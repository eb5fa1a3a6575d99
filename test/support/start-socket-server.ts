import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import * as z from "zod";

/** One connection to the server: `cut` ends it in the middle of a frame. */
export type Connection = { url: URL; request: IncomingMessage; socket: WebSocket; cut: () => void };

const listening = z.object({ port: z.number() });

/**
 * A server of WebSockets on a free port of this machine. `accept` tells whether it speaks what is asked
 * for, else with which status it refuses; `serve` has one connection after the other, `answer` all other
 * requests.
 */
export async function startSocketServer(options: {
  accept?: (url: URL, request: IncomingMessage) => true | number;
  serve: (connection: Connection, index: number) => void;
  answer?: (url: URL, response: ServerResponse, request: IncomingMessage) => void;
  protocol?: string;
}) {
  const { accept = () => true, serve, answer, protocol } = options;
  const urlOf = (request: IncomingMessage) => new URL(request.url ?? "/", "http://server");
  const server = createServer((request, response) => {
    if (answer === undefined) response.writeHead(404).end();
    else answer(urlOf(request), response, request);
  });
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => protocol ?? false,
  });
  let connections = 0;
  server.on("upgrade", (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const url = urlOf(request);
    const status = accept(url, request);
    if (status !== true) {
      duplex.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => {
      const cut = () => {
        // A text frame of 100 bytes, of which 4 come.
        duplex.write(Buffer.from([0x81, 100, 0x7b, 0x22, 0x61, 0x22]), () => duplex.destroy());
      };
      serve({ url, request, socket, cut }, connections++);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = listening.parse(server.address());
  return {
    host: `127.0.0.1:${port}`,
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
