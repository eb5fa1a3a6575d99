import { expect, expectTypeOf, test } from "vitest";
import type { createCounter } from "../../../../functions/bucket-hours/coalesce-increments.ts";
import type { createHandler as createBucketHours } from "../../../../functions/bucket-hours/handler.ts";
import type { LandingTopic } from "../../../../functions/load-object/landing-topic.ts";
import type { createHandler as createNormalizeTweets } from "../../../../functions/normalize-tweets/handler.ts";
import type { createHandler as createReceiveWebhook } from "../../../../functions/receive-webhook/handler.ts";
import type { createHandler as createRecordDeadLetters } from "../../../../functions/record-dead-letters/handler.ts";
import {
  type PublishedTopic,
  publishedTopic,
} from "../../../../shared/manifest/published-topic.ts";

const manifest = {
  publishes: { "word-counts": "each word", "all increments": "they are counted" },
};

/** The topics that a port of a handler takes. */
type TopicsOf<Create extends (dependencies: never) => unknown> = Parameters<Create>[0] extends {
  publish: (topic: infer Topic, ...rest: never) => unknown;
}
  ? Topic
  : never;

test("the type of a topic is that of the granted ones", () => {
  expectTypeOf<PublishedTopic<typeof manifest>>().toEqualTypeOf<
    "word-counts" | `append-${string}-hours`
  >();
});

test("what is not granted does not compile", () => {
  const publish = (topic: PublishedTopic<typeof manifest>): string => topic;
  expect(publish("word-counts")).toBe("word-counts");
  expect(publish("append-word-hours")).toBe("append-word-hours");
  // @ts-expect-error is not under publishes
  expect(publish("tweets")).toBe("tweets");
  // @ts-expect-error stands for topics, and is none
  expect(publish("all increments")).toBe("all increments");
});

test("each function publishes to no other topics than its function.json grants", () => {
  expectTypeOf<"failed-events">().toExtend<TopicsOf<typeof createNormalizeTweets>>();
  expectTypeOf<"tweets">().not.toExtend<TopicsOf<typeof createNormalizeTweets>>();
  expectTypeOf<"failed-events">().toExtend<TopicsOf<typeof createBucketHours>>();
  expectTypeOf<"tweets">().not.toExtend<TopicsOf<typeof createBucketHours>>();
  expectTypeOf<"append-url-hours">().toExtend<Parameters<Parameters<typeof createCounter>[0]>[0]>();
  expectTypeOf<"tweets">().not.toExtend<Parameters<Parameters<typeof createCounter>[0]>[0]>();
  expectTypeOf<"tweets">().toExtend<TopicsOf<typeof createReceiveWebhook>>();
  expectTypeOf<"failed-events">().not.toExtend<TopicsOf<typeof createReceiveWebhook>>();
  expectTypeOf<"failed-events">().toEqualTypeOf<TopicsOf<typeof createRecordDeadLetters>>();
  expectTypeOf<"turnstiles">().toExtend<LandingTopic["name"]>();
  expectTypeOf<"url-mentions">().not.toExtend<LandingTopic["name"]>();
});

test.each([
  ["word-counts", true],
  ["tweets", false],
  ["toString", false],
  ["7", false],
])("a setting may name it: %j %s", (name, isTaken) => {
  expect(publishedTopic(manifest).safeParse(name).success).toBe(isTaken);
});

test("a setting that is no text, or not granted, is told what to do", () => {
  const message = "must be under publishes in function.json";
  for (const name of [7, "tweets"]) {
    const { error } = publishedTopic({ publishes: { 7: "seven" } }).safeParse(name);
    expect(error?.issues).toMatchObject([{ message }]);
  }
});
