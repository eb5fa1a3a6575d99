import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** The port that a server listens on. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new TypeError("not a TCP port");
  return address.port;
}

/** A port of 127.0.0.1 that nothing listens on: `wanted` itself, or any where that is taken. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if (wanted === 0) throw error;
    return freePort();
  }
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}

/** @throws {Error} unless something listens there. */
export async function connectOnce(port: number, host = "127.0.0.1"): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}
