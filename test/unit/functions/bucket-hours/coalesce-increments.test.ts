import { expect, test } from "vitest";
import { createCounter } from "../../../../functions/bucket-hours/coalesce-increments.ts";
import { logEntries } from "../../../../shared/streams/log-entries.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";

const mention = (id: string, fields: object = {}) => ({
  id,
  event_time: "2019-07-03T06:00:00.000Z",
  url_key: "example.com/a",
  kind: "post",
  source: "x",
  revision: "02.00000000.01.300.0abcde",
  ...fields,
});

/** A counter whose time passes only when it is told. */
function start() {
  const published: { topic: string; schema: string; ids: string[][] }[] = [];
  const waits: { run: () => void; ms: number }[] = [];
  let failure: Error | undefined;
  const count = createCounter(
    async (topic, schema, lines) => {
      if (failure !== undefined) throw failure;
      const rows = lines.map((line) => JSON.parse(line));
      const ids = rows.map(({ events }) => events.map((one: { id: string }) => one.id));
      published.push({ topic, schema, ids });
    },
    (run, ms) => waits.push({ run, ms }),
  );
  const passTime = () => {
    for (const { run } of waits.splice(0)) run();
  };
  return {
    count,
    published,
    waits,
    passTime,
    fail: () => {
      failure = new Error("no broker");
    },
  };
}

test("requests that come together are one publish of one increment", async () => {
  const { count, published, waits, passTime } = start();
  const counted = [
    count(urlMentions, [mention("x:2")], 100),
    count(urlMentions, [mention("x:1"), mention("x:2")], 200),
  ];
  expect(published).toEqual([]);
  expect(waits.map(({ ms }) => ms)).toEqual([5]);
  passTime();
  await Promise.all(counted);
  expect(published).toEqual([
    {
      topic: "append-url-hours",
      schema: "url_hour_increments.v1",
      ids: [["x:1", "x:2"]],
    },
  ]);
});

test("each stream has increments of its own", async () => {
  const { count, published, passTime } = start();
  const entry = { id: "l:1", event_time: "2019-07-03T06:00:00.000Z" };
  const counted = [count(urlMentions, [mention("x:1")], 100), count(logEntries, [entry], 100)];
  passTime();
  await Promise.all(counted);
  expect(published.map(({ topic }) => topic)).toEqual(["append-url-hours", "append-log-hours"]);
});

test("no events are no publish, and nobody waits", async () => {
  const { count, published, waits } = start();
  await count(urlMentions, [], 0);
  expect([published, waits]).toEqual([[], []]);
});

test.each([
  ["events", Array.from({ length: 8_001 }, (_, n) => mention(`x:${n}`)), 100],
  ["bytes", [mention("x:1")], 8_000_001],
])("a batch of as many %s as there may be does not wait", async (_, events, bytes) => {
  const { count, published } = start();
  await count(urlMentions, events, bytes);
  expect(published).toHaveLength(1);
});

test("every request of a batch fails with it", async () => {
  const { count, passTime, fail } = start();
  fail();
  const counted = [1, 2].map((n) => count(urlMentions, [mention(`x:${n}`)], 100));
  passTime();
  for (const one of counted) await expect(one).rejects.toThrow("no broker");
});
