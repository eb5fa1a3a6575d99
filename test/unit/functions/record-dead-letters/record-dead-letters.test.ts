import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createHandler } from "../../../../functions/record-dead-letters/handler.ts";
import { readDeadLetter } from "../../../../functions/record-dead-letters/read-dead-letter.ts";
import { failedEvent } from "../../../../shared/events/failed-event.v1.ts";
import { plainAttributes, plainData } from "../../../support/plain-data.ts";

const forwarded = {
  CloudPubSubDeadLetterSourceDeliveryCount: "100",
  CloudPubSubDeadLetterSourceSubscription: "tweets.normalize-tweets",
  CloudPubSubDeadLetterSourceSubscriptionProject: "p",
  CloudPubSubDeadLetterSourceTopicPublishTime: "2026-01-01T23:30:00.250+00:00",
};

const deadLetter = (payload: string | Uint8Array, attributes: Record<string, string>) => ({
  id: "m7",
  source: "//pubsub.googleapis.com/projects/p/topics/dead-letters",
  time: "2026-01-03T00:00:00Z",
  data: {
    message: {
      data: Buffer.from(payload).toString("base64"),
      attributes,
      messageId: "m7",
      publishTime: "2026-01-03T00:00:00Z",
    },
  },
});

function createOutlet(failure?: Error, topicPrefix = "") {
  const messages: { topic: string; data: Buffer; attributes: Record<string, string> }[] = [];
  /** As they were published, compressed or not. */
  const sent: typeof messages = [];
  const publish = async (topic: string, data: Buffer, attributes: Record<string, string>) => {
    sent.push({ topic, data, attributes });
    if (failure) throw failure;
    messages.push({
      topic,
      data: plainData(data, attributes),
      attributes: plainAttributes(attributes),
    });
  };
  const logged: object[] = [];
  const handle = createHandler({
    publish,
    log: { warn: (counts) => logged.push(counts) },
    config: { functionVersion: "v1", topicPrefix },
  });
  const failedEvents = () =>
    messages
      .flatMap(({ data }) => data.toString().split("\n"))
      .map((line) => failedEvent.parse(JSON.parse(line)));
  return { messages, sent, logged, handle, failedEvents };
}

describe("what Pub/Sub says about a dead letter", () => {
  test("is read from its attributes, times in UTC", () => {
    expect(readDeadLetter(forwarded)).toEqual({
      stage: "normalize-tweets",
      topic: "tweets",
      attempts: 100,
      publishedAt: "2026-01-01T23:30:00.250Z",
    });
  });

  test.each([
    ["projects/p/subscriptions/a-tweets.normalize-tweets", "a-tweets"],
    ["team.a-tweets.normalize-tweets", "team.a-tweets"],
  ])("the topic of %s is %s", (subscription, topic) => {
    const attributes = { ...forwarded, CloudPubSubDeadLetterSourceSubscription: subscription };
    expect(readDeadLetter(attributes)).toMatchObject({ topic, stage: "normalize-tweets" });
  });

  test.each(["tweets", ".normalize-tweets", "tweets.", ""])(
    "a subscription named '%s' is none of ours",
    (subscription) => {
      const attributes = { ...forwarded, CloudPubSubDeadLetterSourceSubscription: subscription };
      expect(readDeadLetter(attributes)).toBeUndefined();
    },
  );

  test("counts and times that are no such do no harm", () => {
    const attributes = {
      CloudPubSubDeadLetterSourceSubscription: "tweets.normalize-tweets",
      CloudPubSubDeadLetterSourceDeliveryCount: "many",
      CloudPubSubDeadLetterSourceTopicPublishTime: "yesterday",
    };
    expect(readDeadLetter(attributes)).toMatchObject({ attempts: 0, publishedAt: undefined });
  });
});

describe("a dead letter", () => {
  test("becomes one failed event with the original bytes and who gave it up", async () => {
    const { handle, failedEvents, messages } = createOutlet();
    await handle(deadLetter('{"a":1}\n{"a":2}', { source: "test", ...forwarded }));
    expect(messages.map(({ topic, attributes }) => ({ topic, attributes }))).toEqual([
      { topic: "failed-events", attributes: { schema: "failed-event.v1" } },
    ]);
    const [failed] = failedEvents();
    expect(failed).toEqual({
      id: "normalize-tweets:m7/message",
      stage: "normalize-tweets",
      function_version: "v1",
      reason: "retries-exhausted",
      issues: [{ path: "", message: "not taken at any of 100 attempts" }],
      items: 2,
      source_topic: "tweets",
      message_id: "m7",
      position: "message",
      attributes: Object.entries({ source: "test", ...forwarded }).map(([name, value]) => ({
        name,
        value,
      })),
      original: "eyJhIjoxfQp7ImEiOjJ9",
      part: 1,
      parts: 1,
      first_seen: "2026-01-01T23:30:00.250Z",
    });
  });

  test.each<[string, number]>([
    ["", 1],
    ["\n \r\n", 1],
    ["not json\n\n\t\n{\n", 2],
    ['{\n  "a": 1\n}\n', 1],
    ['[{"a":1},\n{"a":2}]', 1],
    [`${"[".repeat(2_000)}\n${"]".repeat(2_000)}`, 2],
  ])("of %j holds as many records as are read from it: %i", async (payload, items) => {
    const { handle, failedEvents } = createOutlet();
    await handle(deadLetter(payload, forwarded));
    expect(failedEvents()).toMatchObject([{ items }]);
  });

  test("is the same failed event when it comes again", async () => {
    const { handle, failedEvents } = createOutlet();
    await handle(deadLetter("x", forwarded));
    await handle(deadLetter("x", forwarded));
    const [first, second] = failedEvents();
    expect(second).toEqual(first);
  });

  test("larger than a part is kept whole in parts, bytes that are no text too", async () => {
    const bytes = Buffer.alloc(9_500_000, Buffer.from([0xff, 0x00, 0x0a]));
    const { handle, failedEvents } = createOutlet();
    await handle(deadLetter(bytes, forwarded));
    const parts = failedEvents();
    expect(parts.map(({ part, parts: of }) => [part, of])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    const whole = Buffer.concat(parts.map(({ original }) => Buffer.from(original, "base64")));
    expect(whole.equals(bytes)).toBe(true);
  });

  test("of failed events is sent on as it is, so that it does not grow", async () => {
    const { handle, messages } = createOutlet();
    const source = "failed-events.append-rows";
    await handle(
      deadLetter("{}\n{}", { ...forwarded, CloudPubSubDeadLetterSourceSubscription: source }),
    );
    expect(messages).toEqual([
      {
        topic: "failed-events",
        data: Buffer.from("{}\n{}"),
        attributes: { schema: "failed-event.v1" },
      },
    ]);
  });

  test.each([
    ["acme-failed-events", 0],
    ["failed-events", 1],
    ["other-failed-events", 1],
  ])(
    "of the failed events of its own tenant alone is sent on as it is: %s",
    async (topic, kept) => {
      const { handle, sent, failedEvents } = createOutlet(undefined, "acme-");
      const source = { CloudPubSubDeadLetterSourceSubscription: `${topic}.append-rows` };
      await handle(deadLetter("{}", source));
      if (kept === 0) {
        expect(sent.map(({ topic: to, data }) => [to, data.toString()])).toEqual([
          ["failed-events", "{}"],
        ]);
      } else {
        expect(failedEvents()).toMatchObject([{ source_topic: topic, stage: "append-rows" }]);
      }
    },
  );

  test("of compressed failed events is sent on with its encoding", async () => {
    const { handle, sent } = createOutlet();
    const lines = gzipSync('{"id":"1"}');
    const source = { CloudPubSubDeadLetterSourceSubscription: "failed-events.append-rows" };
    const encoding = { "content-encoding": "gzip", schema: "failed-event.v1" };
    await handle(deadLetter(lines, { ...forwarded, ...source, ...encoding }));
    expect(sent).toEqual([{ topic: "failed-events", data: lines, attributes: encoding }]);
  });

  test("that is compressed is kept as it came, and its records are counted", async () => {
    const { handle, failedEvents } = createOutlet();
    const lines = gzipSync('{"id":"1"}\n{"id":"2"}\n');
    await handle(deadLetter(lines, { ...forwarded, "content-encoding": "gzip" }));
    const [failed] = failedEvents();
    expect(failed).toMatchObject({ items: 2, original: lines.toString("base64") });
    expect(failed?.attributes).toContainEqual({ name: "content-encoding", value: "gzip" });
  });

  test("that Pub/Sub has not forwarded is kept as well", async () => {
    const { handle, failedEvents } = createOutlet();
    await handle(deadLetter("by hand", {}));
    expect(failedEvents()).toMatchObject([
      { stage: "record-dead-letters", reason: "unknown-shape", source_topic: "dead-letters" },
    ]);
  });

  test("with as many attributes as Pub/Sub takes fits the schema", async () => {
    const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a${n}`, "v"]));
    const { handle, failedEvents } = createOutlet();
    await handle(deadLetter("x", { ...attributes, ...forwarded }));
    expect(failedEvents()[0]?.attributes).toHaveLength(104);
  });

  test("is not acknowledged when its failed event is not safe", async () => {
    const { handle } = createOutlet(new Error("no room"));
    await expect(handle(deadLetter("x", forwarded))).rejects.toThrow("no room");
  });

  test("is logged without what it holds", async () => {
    const { handle, logged } = createOutlet();
    await handle(deadLetter("secret text", { canary: "secret value", ...forwarded }));
    expect(logged).toEqual([
      { stage: "normalize-tweets", topic: "tweets", attempts: 100, parts: 1 },
    ]);
  });
});
