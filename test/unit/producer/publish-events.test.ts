import { setTimeout as sleep } from "node:timers/promises";
import { PubSub, protos, type Topic } from "@google-cloud/pubsub";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { maxEventBytes } from "../../producer/event-limits.ts";
import { publishEvents } from "../../producer/publish-events.ts";
import { plainData } from "../../support/plain-data.ts";
import { waitUntil } from "../../support/wait-until.ts";

const { PublishRequest, PublishResponse } = protos.google.pubsub.v1;

type Received = { data: string; attributes: Record<string, string> };

/** A publisher service that keeps what it gets and acknowledges when the test says so. */
const received: Received[] = [];
const requestSizes: number[] = [];
let waiting: (() => void)[] = [];
let mostWaiting = 0;
let holdBack = false;
let failAfter = Number.POSITIVE_INFINITY;

const server = new Server({ "grpc.max_receive_message_length": -1 });
server.addService(
  {
    publish: {
      path: "/google.pubsub.v1.Publisher/Publish",
      requestStream: false,
      responseStream: false,
      requestSerialize: (request: protos.google.pubsub.v1.IPublishRequest) =>
        Buffer.from(PublishRequest.encode(request).finish()),
      requestDeserialize: (bytes: Buffer) => PublishRequest.decode(bytes),
      responseSerialize: (response: protos.google.pubsub.v1.IPublishResponse) =>
        Buffer.from(PublishResponse.encode(response).finish()),
      responseDeserialize: (bytes: Buffer) => PublishResponse.decode(bytes),
    },
  },
  {
    publish: (
      call: { request: protos.google.pubsub.v1.PublishRequest },
      answer: (error: object | null, response?: protos.google.pubsub.v1.IPublishResponse) => void,
    ) => {
      const { messages } = call.request;
      if (received.length >= failAfter) {
        answer({ code: status.NOT_FOUND, details: "Resource not found (resource=events)." });
        return;
      }
      requestSizes.push(messages.length);
      for (const { data, attributes } of messages) {
        received.push({
          data: plainData(Buffer.from(data ?? ""), attributes ?? {}).toString("latin1"),
          attributes: { ...attributes },
        });
      }
      const acknowledge = () =>
        answer(null, { messageIds: messages.map((_, index) => `${index}`) });
      if (!holdBack) {
        acknowledge();
        return;
      }
      waiting.push(acknowledge);
      mostWaiting = Math.max(mostWaiting, waiting.length);
    },
  },
);

let pubsub: PubSub;
let topic: Topic;
beforeAll(async () => {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  pubsub = new PubSub({ projectId: "test", apiEndpoint: `127.0.0.1:${port}`, emulatorMode: true });
  topic = pubsub.topic("events");
});
afterAll(async () => {
  await pubsub.close();
  server.forceShutdown();
});
afterEach(() => {
  received.length = 0;
  requestSizes.length = 0;
  waiting = [];
  mostWaiting = 0;
  holdBack = false;
  failAfter = Number.POSITIVE_INFINITY;
});

function numbered(count: number, text = "event"): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`${text} ${index}`));
}

const receivedLines = () => received.flatMap(({ data }) => data.split("\n"));

const until = (condition: () => boolean) => waitUntil("what was published", condition);

describe("packing", () => {
  test.each([
    { count: 0, pack: 100, sizes: [] },
    { count: 1, pack: 100, sizes: [1] },
    { count: 250, pack: 100, sizes: [100, 100, 50] },
    { count: 100, pack: 100, sizes: [100] },
    { count: 5, pack: 2, sizes: [2, 2, 1] },
  ])("$count events, $pack a message", async ({ count, pack, sizes }) => {
    const result = await publishEvents({ topic, events: numbered(count), pack });

    expect(received.map(({ data }) => data.split("\n").length)).toEqual(sizes);
    expect(receivedLines()).toEqual(numbered(count).map(String).slice(0, count));
    expect(result).toMatchObject({ events: count, messages: sizes.length, refused: 0 });
    expect(result.bytes).toBe(received.reduce((sum, { data }) => sum + data.length, 0));
  });

  test("a packed message travels alone, small ones together", async () => {
    await publishEvents({ topic, events: numbered(300), pack: 100 });
    expect(requestSizes).toEqual([1, 1, 1]);

    requestSizes.length = 0;
    await publishEvents({ topic, events: numbered(300), pack: 1 });
    expect(received.slice(3).map(({ data }) => data)).toEqual(numbered(300).map(String));
    expect(requestSizes.length).toBeLessThanOrEqual(30);
  });

  test("a pack closes before it exceeds 1 MB; a larger event goes alone", async () => {
    const sizes = [400_000, 400_000, 400_000, 3_000_000, 10];
    const events = sizes.map((size) => Buffer.alloc(size, "x"));

    await publishEvents({ topic, events, pack: 100 });

    expect(received.map(({ data }) => data.length)).toEqual([800_001, 400_000, 3_000_000, 10]);
  });

  test.each([
    { first: 499_999, sizes: [1_000_000] },
    { first: 500_000, sizes: [500_000, 500_000] },
  ])("$first, a line end and 500,000 bytes make $sizes", async ({ first, sizes }) => {
    const events = [Buffer.alloc(first, "a"), Buffer.alloc(500_000, "b")];

    await publishEvents({ topic, events, pack: 100 });

    expect(received.map(({ data }) => data.length)).toEqual(sizes);
  });

  test("an event that holds a line end shares no message", async () => {
    const events = ["a", "b\nc", "d", "e"].map((text) => Buffer.from(text));

    const result = await publishEvents({ topic, events, pack: 100 });

    expect(received.map(({ data }) => data)).toEqual(["a", "b\nc", "d\ne"]);
    expect(result.events).toBe(4);
  });

  test("bytes that are no UTF-8 arrive as they are, with the attributes", async () => {
    const events = [Buffer.from([0xff, 0x00, 0xfe]), Buffer.from("{")];

    await publishEvents({ topic, events, pack: 2, attributes: { schema: "x.v1", a: "ü" } });

    expect(received.map(({ data }) => data)).toEqual(["\xff\x00\xfe\n{"]);
    expect(received[0]?.attributes).toEqual({ schema: "x.v1", a: "ü" });
  });

  test("messages of more than 1 KiB are compressed", async () => {
    const events = [Buffer.alloc(1_024, "a"), Buffer.alloc(1_025, "b")];

    await publishEvents({ topic, events, pack: 1, attributes: { schema: "x.v1" } });

    expect(received.map(({ attributes }) => attributes)).toEqual([
      { schema: "x.v1" },
      { schema: "x.v1", "content-encoding": "zstd" },
    ]);
    expect(received.map(({ data }) => data)).toEqual(events.map(String));
  });

  test("messages whose encoding the caller names are sent as they are", async () => {
    const attributes = { "content-encoding": "identity" };

    await publishEvents({ topic, events: [Buffer.alloc(2_000, "a")], pack: 1, attributes });

    expect(received).toMatchObject([{ data: "a".repeat(2_000), attributes }]);
  });

  test("the topic handed in keeps its own batching", async () => {
    const own = pubsub.topic("events", { batching: { maxMessages: 7 } });

    await publishEvents({ topic: own, events: numbered(1), pack: 100 });

    expect(own.publisher.settings.batching?.maxMessages).toBe(7);
  });
});

describe("refused events", () => {
  test("are those over 9.5 MB; the rest goes on", async () => {
    const fits = Buffer.alloc(maxEventBytes, "a");
    const tooLarge = Buffer.alloc(maxEventBytes + 1, "b");
    const refused: number[] = [];

    const result = await publishEvents({
      topic,
      events: [Buffer.from("first"), tooLarge, fits, tooLarge, Buffer.from("last")],
      pack: 1,
      onRefused: (event) => refused.push(event.length),
    });

    expect(received.map(({ data }) => data.length)).toEqual([5, 9_500_000, 4]);
    expect(result).toMatchObject({ events: 3, refused: 2 });
    expect(refused).toEqual([9_500_001, 9_500_001]);
  });

  test("are reported before the next event is read", async () => {
    const order: string[] = [];
    function* events() {
      order.push("read 1");
      yield Buffer.alloc(maxEventBytes + 1);
      order.push("read 2");
      yield Buffer.from("x");
    }

    await publishEvents({
      topic,
      events: events(),
      pack: 1,
      onRefused: () => order.push("refused"),
    });

    expect(order).toEqual(["read 1", "refused", "read 2"]);
  });
});

describe("flow control", () => {
  test("reads at most 32 requests ahead of the acknowledgements", async () => {
    holdBack = true;
    let read = 0;
    function* events() {
      for (; read < 10_000; read += 1) yield Buffer.from(`${read}`);
    }

    const publishing = publishEvents({ topic, events: events(), pack: 100 });
    await until(() => waiting.length >= 32);
    await sleep(150);
    const readWhileHeldBack = read;
    const mostHeldBack = mostWaiting;
    holdBack = false;
    for (const acknowledge of waiting) acknowledge();
    const result = await publishing;

    expect(mostHeldBack).toBe(32);
    expect(readWhileHeldBack).toBeLessThanOrEqual(3_200);
    expect(result.events).toBe(10_000);
  });

  test("holds no more than 16 MB and the message that crosses it", async () => {
    holdBack = true;
    let read = 0;
    function* events() {
      for (; read < 20; read += 1) yield Buffer.alloc(3_000_000, "x");
    }

    const publishing = publishEvents({ topic, events: events(), pack: 100 });
    await until(() => waiting.length >= 6);
    await sleep(150);
    const heldBack = waiting.length;
    holdBack = false;
    for (const acknowledge of waiting) acknowledge();
    const result = await publishing;

    expect(heldBack).toBe(6);
    expect(result.messages).toBe(20);
  });

  test("counts what is acknowledged, not what is sent", async () => {
    holdBack = true;
    const heard: number[] = [];

    const publishing = publishEvents({
      topic,
      events: numbered(300),
      pack: 100,
      onProgress: ({ events }) => heard.push(events),
    });
    await until(() => waiting.length === 3);
    const heardBefore = [...heard];
    for (const acknowledge of waiting) acknowledge();
    await publishing;

    expect(heardBefore).toEqual([]);
    expect(heard).toEqual([100, 200, 300]);
  });
});

describe("rate", () => {
  test("is not exceeded", async () => {
    const result = await publishEvents({ topic, events: numbered(600), pack: 100, rate: 500 });

    expect(result).toMatchObject({ events: 600 });
    expect(result.seconds).toBeGreaterThan(1.15);
  });

  test("does not make up for a slow source by a burst", async () => {
    async function* slowAtFirst() {
      yield Buffer.from("first");
      await sleep(1_000);
      yield* numbered(400);
    }
    const start = performance.now();

    await publishEvents({ topic, events: slowAtFirst(), pack: 10, rate: 500 });

    // 400 events at 500/s take 0.8 s; at most 0.25 s of it may be caught up.
    expect(performance.now() - start).toBeGreaterThan(1_500);
  });
});

test("a pack that does not fill up is sent all the same", async () => {
  let release = () => {};
  async function* quiet() {
    yield Buffer.from("only one");
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  }

  const publishing = publishEvents({ topic, events: quiet(), pack: 100 });
  await until(() => received.length === 1);
  release();

  expect(await publishing).toMatchObject({ events: 1, messages: 1 });
});

test("a pack that may wait longer takes what comes later", async () => {
  async function* slow() {
    yield Buffer.from("first");
    await new Promise((resolve) => setTimeout(resolve, 250));
    yield Buffer.from("second");
  }

  const published = await publishEvents({ topic, events: slow(), pack: 100, lingerMs: 60_000 });
  expect(published).toMatchObject({ events: 2, messages: 1 });
});

describe("abort", () => {
  test("stops reading, sends what was read, and waits for its acknowledgement", async () => {
    holdBack = true;
    const controller = new AbortController();
    let closed = false;
    async function* endless() {
      try {
        for (let index = 0; ; index += 1) {
          if (index === 25) controller.abort();
          yield Buffer.from(`${index}`);
        }
      } finally {
        closed = true;
      }
    }
    let settled = false;

    const publishing = publishEvents({
      topic,
      events: endless(),
      pack: 10,
      signal: controller.signal,
    }).finally(() => {
      settled = true;
    });
    await until(() => received.length === 3);
    await sleep(50);
    const settledBefore = settled;
    for (const acknowledge of waiting) acknowledge();
    const result = await publishing;

    expect(settledBefore).toBe(false);
    expect(result.events).toBe(receivedLines().length);
    expect(receivedLines().slice(0, 25)).toEqual(
      Array.from({ length: 25 }, (_, index) => `${index}`),
    );
    expect(result.events).toBeLessThanOrEqual(26);
    expect(closed).toBe(true);
  });

  test("ends the wait for a source that gives nothing, and the wait of the rate", async () => {
    const controller = new AbortController();
    async function* stuck() {
      yield Buffer.from("one");
      await new Promise(() => {});
    }
    const waitingForSource = publishEvents({
      topic,
      events: stuck(),
      pack: 10,
      signal: controller.signal,
    });
    const waitingForPace = publishEvents({
      topic,
      events: numbered(10),
      pack: 10,
      rate: 0.01,
      signal: controller.signal,
    });

    await until(() => received.length >= 2);
    controller.abort();

    expect((await waitingForSource).events).toBe(1);
    expect((await waitingForPace).events).toBe(2);
  });
});

describe("failures", () => {
  test("of the server reject with the cause, after what arrived was told", async () => {
    failAfter = 2;
    let acknowledged = 0;
    let read = 0;
    function* events() {
      for (; read < 100_000; read += 1) yield Buffer.from(`${read}`);
    }

    const publishing = publishEvents({
      topic,
      events: events(),
      pack: 100,
      onProgress: (progress) => {
        acknowledged = progress.events;
      },
    });

    await expect(publishing).rejects.toMatchObject({
      message: expect.stringContaining("projects/test/topics/events failed: 5 NOT_FOUND"),
      cause: { code: 5 },
    });
    expect(acknowledged).toBe(200);
    expect(read).toBeLessThan(10_000);
  });

  test("of the source reject with it, and what was read before is published", async () => {
    function* broken() {
      yield* numbered(3);
      throw new Error("the disk is gone");
    }

    const publishing = publishEvents({ topic, events: broken(), pack: 100 });

    await expect(publishing).rejects.toThrow("the disk is gone");
    expect(receivedLines()).toEqual(["event 0", "event 1", "event 2"]);
  });
});
