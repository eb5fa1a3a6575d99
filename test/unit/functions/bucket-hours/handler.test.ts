import { expect, test } from "vitest";
import type { StreamEvent } from "../../../../functions/bucket-hours/bucket-hours.ts";
import { createHandler } from "../../../../functions/bucket-hours/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const good = JSON.stringify({
  id: "x:1",
  event_time: "2019-07-03T06:00:00.000Z",
  url_key: "example.com/a",
  url: "https://example.com/a",
  host: "example.com",
  kind: "post",
  source: "x",
  revision: "02.00000000.01.300.0abcde",
});

type Counted = { stream: string; events: StreamEvent[]; bytes: number };

function start({ fails }: { fails?: "count" | "publish" } = {}) {
  const counted: Counted[] = [];
  const published: [string, string, string[]][] = [];
  const logged: object[] = [];
  const handle = createHandler({
    count: async ({ name }, events, bytes) => {
      if (fails === "count") throw new Error("not counted");
      counted.push({ stream: name, events, bytes });
    },
    publish: async (topic, schema, lines) => {
      if (fails === "publish") throw new Error("not published");
      published.push([topic, schema, [...lines]]);
    },
    now: () => Date.parse("2019-07-03T06:30:00Z"),
    log: { info: (counts, message) => logged.push({ ...counts, message }) },
    config: { functionVersion: "v7", topicPrefix: "acme-" },
  });
  return { handle, counted, published, logged };
}

test("counts the events of a message in their stream, and keeps those that are none", async () => {
  const { handle, counted, published, logged } = start();
  await handle(messagePublished(`${good}\n{"id":1}`, "acme-url-mentions"));
  expect(counted).toEqual([
    {
      stream: "url-mentions",
      events: [expect.objectContaining({ id: "x:1" })],
      bytes: good.length,
    },
  ]);
  const [[topic, schema, failed] = []] = published;
  expect([published.length, topic, schema]).toEqual([1, "failed-events", "failed-event.v1"]);
  expect(failed?.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      stage: "bucket-hours",
      reason: "invalid-field",
      function_version: "v7",
    }),
  ]);
  expect(logged).toEqual([{ stream: "url-mentions", events: 1, failed: 1, message: "bucketed" }]);
});

test("a message of nothing but a bad line is a failed event", async () => {
  const { handle, published } = start();
  await handle(messagePublished("{", "acme-url-mentions"));
  expect(published.map(([topic, , lines]) => [topic, lines.length])).toEqual([
    ["failed-events", 1],
  ]);
});

test("an event is judged by the clock of now", async () => {
  const { handle, counted, published } = start();
  const toCome = good.replace("T06:00", "T08:00");
  await handle(messagePublished(toCome, "acme-url-mentions"));
  expect(counted).toMatchObject([{ events: [] }]);
  expect(published[0]?.[2][0]).toContain("impossible-time");
});

test.each(["url-mentions", "acme-nothing", "other-url-mentions"])(
  "a subscription to %s, which is no stream of this tenant, is told of",
  async (topic) => {
    const { handle, counted } = start();
    await expect(handle(messagePublished(good, topic))).rejects.toThrow(
      `topic '${topic}' carries no stream: check the subscription`,
    );
    expect(counted).toEqual([]);
  },
);

test.each(["count", "publish"] as const)(
  "a message of which one %s failed is not acknowledged",
  async (fails) => {
    const { handle, logged } = start({ fails });
    await expect(handle(messagePublished(good, "acme-url-mentions"))).rejects.toThrow(/^not /);
    expect(logged).toEqual([]);
  },
);
