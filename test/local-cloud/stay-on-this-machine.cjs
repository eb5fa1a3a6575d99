// Loaded into each function that runs here, before the functions framework.
const http = require("node:http");
const { keepCompiled } = require("./compile-once.cjs");
const { ownOnly } = require("./own-only.cjs");

// Its standard input is a pipe of the local cloud, which closes when the local cloud ends, however.
process.stdin.resume().once("close", () => process.exit());

const { createServer } = http;

// The framework listens on all addresses, as it must in a container.
Object.assign(http, {
  /** @param {import("node:http").RequestListener} serve */
  createServer: (serve) => {
    const server = createServer(ownOnly(serve));
    const listen = server.listen.bind(server);
    // At the end it has compiled what requests need, too.
    server.once("connection", () => process.once("exit", keepCompiled));
    // Whoever asks for a free port and then gives it away gives it to two.
    server.once("listening", () => process.send?.(server.address()));
    return Object.assign(server, {
      /** @type {(port: number, listening: () => void) => import("node:http").Server} */
      listen: (port, listening) => listen(port, "127.0.0.1", listening),
    });
  },
});
