import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { boundRequests } from "../../../../shared/environment/bound-requests.ts";

/** Of this process, so for all servers here: as in a function, where there is one. */
boundRequests({ mostBytes: 20_000_000, undeclared: "refused", isRaw: true });

/** However busy the machine is. */
const patience = { timeout: 10_000 };

/** A server that answers a request when it is told to, by the path. */
async function serve() {
  const waiting = new Map<string, () => void>();
  const types: unknown[] = [];
  const server = createServer((incoming, response) => {
    types.push(incoming.headers["content-type"]);
    incoming.resume();
    const answer = () => void response.end("answered");
    if (incoming.url === "/now") answer();
    else waiting.set(incoming.url ?? "", answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const post = (path: string, headers: Record<string, string | number>, body: Buffer | string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ port, path, method: "POST", headers }, (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode));
      });
      sent.once("error", reject);
      sent.end(body);
    });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, post, types, waiting, close };
}

test("refuses by the head alone what is too large, encoded, or of a length that nobody knows", async () => {
  const { port, post, types, close } = await serve();
  expect(await post("/now", { "content-length": 2 }, "{}")).toBe(200);
  expect(await post("/now", { "content-encoding": "gzip", "content-length": 2 }, "{}")).toBe(415);
  expect(await post("/now", { "transfer-encoding": "chunked" }, "{}")).toBe(411);
  // Nothing of its body is there yet.
  const socket = connect(port);
  socket.write("POST /now HTTP/1.1\r\nhost: x\r\ncontent-length: 20000001\r\n\r\n");
  const [answer] = await once(socket, "data");
  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  socket.destroy();
  expect(types).toEqual(["application/octet-stream"]);
  close();
});

test("a large body waits until those before it are answered; small ones never wait", async () => {
  const { post, waiting, close } = await serve();
  const large = Buffer.alloc(7_000_000);
  const headers = { "content-length": large.length };
  const first = post("/first", headers, large);
  const second = post("/second", headers, large);
  await expect.poll(() => waiting.size, patience).toBe(2);
  const third = post("/third", headers, large);
  expect(await post("/now", { "content-length": 65_536 }, Buffer.alloc(65_536))).toBe(200);
  // Either of two connections may be heard first.
  expect([...waiting.keys()].toSorted()).toEqual(["/first", "/second"]);
  waiting.get("/first")?.();
  expect(await first).toBe(200);
  await expect.poll(() => waiting.has("/third"), patience).toBe(true);
  waiting.get("/second")?.();
  waiting.get("/third")?.();
  expect(await Promise.all([second, third])).toEqual([200, 200]);
  close();
});

test("the room of a sender that goes away is there for the next one", async () => {
  const { port, post, waiting, close } = await serve();
  const sockets = [1, 2].map((index) => {
    const socket = connect(port);
    socket.write(`POST /gone${index} HTTP/1.1\r\nhost: x\r\ncontent-length: 7000000\r\n\r\n`);
    return socket;
  });
  await expect.poll(() => waiting.size, patience).toBe(2);
  for (const socket of sockets) socket.destroy();
  const large = Buffer.alloc(15_000_000);
  const next = post("/next", { "content-length": large.length }, large);
  await expect.poll(() => waiting.has("/next"), patience).toBe(true);
  waiting.get("/next")?.();
  expect(await next).toBe(200);
  close();
});
