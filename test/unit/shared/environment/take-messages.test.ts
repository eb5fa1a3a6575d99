import domain from "node:domain";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { constants, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { takeMessages } from "../../../../shared/environment/take-messages.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const zstd = { attributes: { "content-encoding": "zstd" } };
/** 4 MB in a few hundred bytes. */
const bomb = (id: string) =>
  messagePublished(zstdCompressSync(Buffer.alloc(4_000_000, "0")), "tweets", id, zstd);

test("messages may be as large as Pub/Sub sends them, one at once of a length that is not declared, and are kept once", async () => {
  // First, because each call stands before all servers from then on.
  takeMessages({ error: () => undefined }, async () => undefined);
  const seen: unknown[] = [];
  const held: (() => void)[] = [];
  const server = createServer((incoming, response) => {
    if (incoming.url === "/held") {
      incoming.resume();
      held.push(() => response.end());
      return;
    }
    // As the functions framework does it.
    Object.assign(incoming, { rawBody: "all of it" });
    seen.push([incoming.headers["content-type"], Reflect.get(incoming, "rawBody")]);
    incoming.resume().once("end", () => response.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const push = async (headers: Record<string, string | number>, body: Buffer, path = "/") => {
    const type = { "content-type": "application/json" };
    const sent = request({
      port,
      host: "127.0.0.1",
      path,
      method: "POST",
      headers: { ...type, ...headers },
    });
    // A refused sender may see its connection close.
    sent.on("error", () => undefined);
    sent.end(body);
    const [answer] = await once(sent, "response");
    answer.resume();
    return answer.statusCode;
  };
  const largest = Buffer.alloc(15_000_000);
  expect(await push({ "transfer-encoding": "chunked" }, Buffer.from("{}"))).toBe(200);
  expect(await push({ "content-length": largest.length }, largest)).toBe(200);
  expect(await push({ "content-length": largest.length + 1 }, Buffer.alloc(15_000_001))).toBe(413);
  expect(seen).toEqual([
    ["application/json", undefined],
    ["application/json", undefined],
  ]);
  const pushHeld = () => push({ "transfer-encoding": "chunked" }, Buffer.from("{}"), "/held");
  const pushed = [pushHeld(), pushHeld()];
  await expect.poll(() => held.length).toBe(1);
  // Small ones go past the other.
  for (const _ of [1, 2, 3])
    expect(await push({ "content-length": 2 }, Buffer.from("{}"))).toBe(200);
  expect(held).toHaveLength(1);
  held[0]?.();
  await expect.poll(() => held.length).toBe(2);
  held[1]?.();
  expect(await Promise.all(pushed)).toEqual([200, 200]);
  server.closeAllConnections();
  server.close();
});

test("requests run in no domain", () => {
  takeMessages({ error: () => undefined }, async () => undefined);
  let active: unknown;
  domain.create().run(() => {
    active = Reflect.get(domain, "active");
  });
  expect(active).toBeFalsy();
});

test("handles as many messages at once as there is room for, by their bytes without compression", async () => {
  const ends: (() => void)[] = [];
  const handle = takeMessages({ error: () => undefined }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    return promise;
  });
  const handled = ["1", "2", "3"].map((id) => handle(bomb(id)));
  const small = handle(messagePublished("{}"));
  await expect.poll(() => ends.length).toBe(3);
  // The small one has not waited.
  ends[0]?.();
  await small;
  ends[1]?.();
  await expect.poll(() => ends.length).toBe(4);
  ends[2]?.();
  ends[3]?.();
  await Promise.all(handled);
});

test.each([
  ["64 KiB wait for nobody", 65_536, 4],
  ["what is larger waits until there is room", 65_537, 3],
])("%s", async (_, bytes, most) => {
  const ends: (() => void)[] = [];
  const handle = takeMessages({ error: () => undefined }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    return promise;
  });
  // All the room there is, in two; and what has just as much again.
  const handled = [bomb("1"), bomb("2"), messagePublished(Buffer.alloc(2_000_000), "tweets", "3")]
    .concat(messagePublished(Buffer.alloc(bytes), "tweets", "4"))
    .map(handle);
  await setImmediate();
  expect(ends).toHaveLength(most);
  while (ends.length < 4) {
    ends[0]?.();
    await setImmediate();
  }
  for (const end of ends) end();
  await Promise.all(handled);
});

test.each([
  ["before and after a message of four megabytes, garbage is collected", 4_000_000, 2],
  ["for a smaller one, that takes longer than it is worth", 3_999_999, 0],
])("%s", async (_, bytes, times) => {
  let collections = 0;
  const isForced = (entry: PerformanceEntry) =>
    Reflect.get(Object(entry), "detail").flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().filter(isForced).length;
  });
  observer.observe({ entryTypes: ["gc"] });
  const handle = takeMessages({ error: () => undefined }, async () => undefined);
  await handle(messagePublished(Buffer.alloc(bytes)));
  await setImmediate();
  await setImmediate();
  observer.disconnect();
  expect(collections).toBe(times);
});

test("logs why a message fails, fails, and lets the next one in", async () => {
  const logged: unknown[] = [];
  const error = (...said: unknown[]) => void logged.push(said);
  const handle = takeMessages({ error }, async () => {
    throw new Error("no Pub/Sub", { cause: new TypeError("refused") });
  });
  const failures = ["1", "2", "3", "4"].map((id) => handle(bomb(id)));
  for (const failure of failures) await expect(failure).rejects.toThrow("no Pub/Sub");
  expect(logged).toHaveLength(4);
  expect(logged[0]).toEqual([
    { error: ["Error: no Pub/Sub", "TypeError: refused"] },
    "delivery failed, will be redelivered",
  ]);
});

test("an event that is no message is its handler's, which may know it", async () => {
  const events: unknown[] = [];
  const handle = takeMessages({ error: () => undefined }, async (event) => {
    events.push(event);
  });
  const notification = { type: "google.cloud.storage.object.v1.finalized", data: { name: "a" } };
  await handle(notification);
  expect(events).toEqual([notification]);
});

test("what is no message takes no room from others, and gives them none", async () => {
  const ends: (() => void)[] = [];
  const handle = takeMessages({ error: () => undefined }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    return promise;
  });
  const handled = [bomb("1"), {}, bomb("2"), bomb("3")].map(handle);
  await expect.poll(() => ends.length).toBe(3);
  for (const end of ends) end();
  await expect.poll(() => ends.length).toBe(4);
  ends[3]?.();
  await Promise.all(handled);
});
