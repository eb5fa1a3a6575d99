import { describe, expect, test } from "vitest";
import * as z from "zod";
import { parsePubsubDelivery } from "../../../../shared/envelopes/pubsub-delivery.ts";
import { messagePublished } from "../../../support/deliveries.ts";

describe("a CloudEvent", () => {
  test("is of the topic that its source ends in", () => {
    expect(parsePubsubDelivery(messagePublished("{}", "tweets", "77"))).toEqual({
      topic: "tweets",
      messageId: "77",
      publishTime: "2026-01-02T03:04:05.678Z",
      attributes: { source: "test" },
      payload: "e30=",
    });
  });

  const event = { id: "e1", time: "2026-01-02T03:04:05Z", source: "projects/p/topics/tweets" };

  test("whose message says nothing of itself is itself the message", () => {
    expect(parsePubsubDelivery({ ...event, data: { message: {} } })).toEqual({
      topic: "tweets",
      messageId: "e1",
      publishTime: "2026-01-02T03:04:05.000Z",
      attributes: {},
      payload: "",
    });
  });

  test("whose message says what it is gives way to it", () => {
    const message = {
      messageId: "m1",
      publishTime: "2026-01-02T03:04:06Z",
      data: null,
      attributes: null,
    };
    expect(parsePubsubDelivery({ ...event, data: { message } })).toEqual({
      topic: "tweets",
      messageId: "m1",
      publishTime: "2026-01-02T03:04:06.000Z",
      attributes: {},
      payload: "",
    });
  });

  test.each([["soon"], [undefined]])("at the time %j is as old as can be", (time) => {
    const { publishTime } = parsePubsubDelivery({ ...event, time, data: { message: {} } });
    expect(publishTime).toBe("1970-01-01T00:00:00.000Z");
  });
});

describe("a push request", () => {
  const subscription = "projects/p/subscriptions/tweets.normalize-tweets";

  test("is of the topic that its subscription begins with", () => {
    const message = {
      data: "e30=",
      attributes: { a: "b" },
      messageId: "78",
      publishTime: "2026-01-02T03:04:05.678901Z",
    };
    expect(parsePubsubDelivery({ message, subscription })).toEqual({
      topic: "tweets",
      messageId: "78",
      publishTime: "2026-01-02T03:04:05.678Z",
      attributes: { a: "b" },
      payload: "e30=",
    });
  });

  test("may have neither data nor attributes nor a time", () => {
    expect(parsePubsubDelivery({ message: { messageId: "78" }, subscription })).toEqual({
      topic: "tweets",
      messageId: "78",
      publishTime: "1970-01-01T00:00:00.000Z",
      attributes: {},
      payload: "",
    });
  });

  test("has the id of its message, by which it is counted once", () => {
    expect(() => parsePubsubDelivery({ message: { data: "e30=" }, subscription })).toThrow(
      "messageId",
    );
  });
});

test("who asks again of the same object gets the same delivery, read once", () => {
  const event = messagePublished("{}");
  const delivery = parsePubsubDelivery(event);
  expect(parsePubsubDelivery(event)).toBe(delivery);
  expect(parsePubsubDelivery(messagePublished("{}"))).not.toBe(delivery);
});

test.each([[{ hello: "world" }], [null], [undefined], ["e30="], [7]])(
  "%j is no delivery",
  (input) => {
    expect(() => parsePubsubDelivery(input)).toThrow(z.ZodError);
  },
);
