import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { boundRequests } from "../../../../shared/environment/bound-requests.ts";
import { waitUntil } from "../../../support/wait-until.ts";

/** Of this process, so for all servers here: as in a function, where there is one. */
boundRequests({ mostBytes: 20_000_000, undeclared: "refused", isRaw: true });

afterEach(() => {
  vi.useRealTimers();
});

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
  await expect.poll(() => waiting.size).toBe(2);
  const third = post("/third", headers, large);
  expect(await post("/now", { "content-length": 65_536 }, Buffer.alloc(65_536))).toBe(200);
  // Either of two connections may be heard first.
  expect([...waiting.keys()].toSorted()).toEqual(["/first", "/second"]);
  waiting.get("/first")?.();
  expect(await first).toBe(200);
  await expect.poll(() => waiting.has("/third")).toBe(true);
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
  await expect.poll(() => waiting.size).toBe(2);
  for (const socket of sockets) socket.destroy();
  const large = Buffer.alloc(15_000_000);
  const next = post("/next", { "content-length": large.length }, large);
  await expect.poll(() => waiting.has("/next")).toBe(true);
  waiting.get("/next")?.();
  expect(await next).toBe(200);
  close();
});

test.each([
  [415, "The body must not be encoded", "content-encoding: gzip\r\ncontent-length: 2"],
  [411, "The length of the body must be declared", "transfer-encoding: chunked"],
  [413, "The body is too large", "content-length: 20000001"],
])("says with %i what is wrong: %s", async (status, title, headers) => {
  const { port, close } = await serve();
  const socket = connect(port);
  socket.write(`POST /now HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n`);
  const [answer] = await once(socket, "data");
  const [head = "", body = ""] = String(answer).split("\r\n\r\n");
  expect(head).toMatch(/^content-type: application\/problem\+json$/im);
  expect(head).toMatch(/^connection: close$/im);
  expect(head).not.toMatch(/^retry-after/im);
  expect(JSON.parse(body)).toEqual({ type: "about:blank", title, status });
  socket.destroy();
  close();
});

test("a body of the largest size is taken, and one without any", async () => {
  const { post, close } = await serve();
  const largest = Buffer.alloc(20_000_000);
  expect(await post("/now", { "content-length": largest.length }, largest)).toBe(200);
  expect(await post("/now", { "content-length": 0 }, "")).toBe(200);
  close();
});

test("who has waited for 25 s is sent away, to come again, and leaves no place behind", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { port, waiting, close } = await serve();
  const begin = (path: string) => {
    const socket = connect(port);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 15000000\r\n\r\n`);
    return socket;
  };
  const first = begin("/first");
  await waitUntil("the first waits", () => waiting.has("/first"));
  expect(vi.getTimerCount()).toBe(0);
  const second = begin("/second");
  const refused = once(second, "data");
  await waitUntil("the second stands before it", () => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(24_999);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1);
  const [answer] = await refused;
  expect(String(answer)).toMatch(/^HTTP\/1.1 429 /);
  expect(String(answer)).toMatch(/^retry-after: 5$/im);
  expect(String(answer)).toContain("Too many large bodies at once");
  first.destroy();
  const third = begin("/third");
  await waitUntil("the third waits", () => waiting.has("/third"));
  expect(waiting.has("/second")).toBe(false);
  // What is left of the body may be sent for 10 s, and then no more.
  const closed = once(second, "close");
  vi.advanceTimersByTime(10_000);
  await closed;
  third.destroy();
  close();
});

test("who goes away while it waits leaves no timer behind", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { port, waiting, close } = await serve();
  const begin = (path: string) => {
    const socket = connect(port);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 15000000\r\n\r\n`);
    return socket;
  };
  const first = begin("/first");
  await waitUntil("the first waits", () => waiting.has("/first"));
  const second = begin("/second");
  await waitUntil("the second stands before it", () => vi.getTimerCount() === 1);
  second.destroy();
  await waitUntil("the second is gone", () => vi.getTimerCount() === 0);
  first.destroy();
  close();
});

test("a refused body that ends in time leaves no timer behind, and no connection", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { port, close } = await serve();
  const socket = connect(port).resume();
  socket.write(
    "POST /now HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
  );
  await once(socket, "end");
  expect(vi.getTimerCount()).toBe(0);
  close();
});
