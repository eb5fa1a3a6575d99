import { expect, test } from "vitest";
import { createPublisher } from "../../../../shared/codec/publish-message.ts";

test("a topic is opened once, with its prefix, for messages that share requests and give up in time", async () => {
  const opened: unknown[] = [];
  const published: unknown[] = [];
  const publish = createPublisher(
    {
      topic: (name, options) => {
        opened.push([name, options.batching, options.gaxOpts.retry.backoffSettings]);
        return { publishMessage: async (message) => published.push([name, message]).toString() };
      },
    },
    "acme-",
  );
  const data = Buffer.from("{}");
  for (const topic of ["tweets", "likes", "tweets"]) await publish(topic, data, { schema: "raw" });
  const backoff = expect.objectContaining({ totalTimeoutMillis: 30_000 });
  const batching = { maxMessages: 100, maxMilliseconds: 0 };
  expect(opened).toEqual([
    ["acme-tweets", batching, backoff],
    ["acme-likes", batching, backoff],
  ]);
  const message = { data, attributes: { schema: "raw" } };
  expect(published).toEqual([
    ["acme-tweets", message],
    ["acme-likes", message],
    ["acme-tweets", message],
  ]);
});

test.each([[""], [undefined], [["7"]]])(
  "with %j for the id of a message, it may not be safe",
  async (id) => {
    const publish = createPublisher({ topic: () => ({ publishMessage: async () => id }) }, "");
    await expect(publish("tweets", Buffer.from("{}"), {})).rejects.toThrow("without the id");
  },
);

test("what Google's client fails with is told as it is", async () => {
  const failure = new Error("PERMISSION_DENIED");
  const publish = createPublisher(
    { topic: () => ({ publishMessage: () => Promise.reject(failure) }) },
    "",
  );
  await expect(publish("tweets", Buffer.from("{}"), {})).rejects.toBe(failure);
});
