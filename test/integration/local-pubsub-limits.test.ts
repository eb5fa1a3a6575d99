import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestBed, project, type TestBed } from "../support/open-test-bed.ts";

const TOPIC = `projects/${project}/topics/tweets`;
const SUBSCRIPTION = `projects/${project}/subscriptions/readers`;

// One server for all: what is refused leaves nothing behind.
let bed: TestBed;
beforeAll(async () => {
  bed = await openTestBed();
  const [topic] = await bed.client.createTopic(TOPIC);
  await topic.createSubscription(SUBSCRIPTION);
});
afterAll(() => bed.close());

describe("refusals", () => {
  const deadTopic = `projects/${project}/topics/dead-letters`;

  test.each([
    [
      "a bad topic name",
      () => bed.client.createTopic("9topic"),
      status.INVALID_ARGUMENT,
      "Invalid resource name given (name=projects/local-test/topics/9topic).",
    ],
    [
      "a reserved name",
      () => bed.client.createTopic("google"),
      status.INVALID_ARGUMENT,
      "Invalid resource name given",
    ],
    [
      "a topic twice",
      () => bed.client.createTopic(TOPIC),
      status.ALREADY_EXISTS,
      "Resource already exists in the project (resource=tweets).",
    ],
    [
      "a missing topic",
      () => bed.client.topic("missing").getMetadata(),
      status.NOT_FOUND,
      "Resource not found (resource=missing).",
    ],
    [
      "publishing to a missing topic",
      () => bed.client.topic("missing").publishMessage({ data: Buffer.from("x") }),
      status.NOT_FOUND,
      "Resource not found (resource=missing).",
    ],
    [
      "a subscription twice",
      () => bed.client.topic(TOPIC).createSubscription(SUBSCRIPTION),
      status.ALREADY_EXISTS,
      "Resource already exists in the project (resource=readers).",
    ],
    [
      "a subscription to a missing topic",
      () => bed.client.topic("missing").createSubscription("another"),
      status.NOT_FOUND,
      "Resource not found (resource=missing).",
    ],
    [
      "a short deadline",
      () => subscribe({ ackDeadlineSeconds: 9 }),
      status.INVALID_ARGUMENT,
      "The value for ack_deadline_seconds is too small. You passed 9 in the request, but the minimum value is 10.",
    ],
    [
      "a long deadline",
      () => subscribe({ ackDeadlineSeconds: 601 }),
      status.INVALID_ARGUMENT,
      "The value for ack_deadline_seconds is too large.",
    ],
    [
      "too few attempts",
      () => subscribe({ deadLetterPolicy: { deadLetterTopic: TOPIC, maxDeliveryAttempts: 4 } }),
      status.INVALID_ARGUMENT,
      "The value for max_delivery_attempts is too small.",
    ],
    [
      "too many attempts",
      () => subscribe({ deadLetterPolicy: { deadLetterTopic: TOPIC, maxDeliveryAttempts: 101 } }),
      status.INVALID_ARGUMENT,
      "The value for max_delivery_attempts is too large.",
    ],
    [
      "a missing dead-letter topic",
      () => subscribe({ deadLetterPolicy: { deadLetterTopic: deadTopic } }),
      status.NOT_FOUND,
      "Resource not found (resource=dead-letters).",
    ],
    [
      "a long backoff",
      () => subscribe({ retryPolicy: { maximumBackoff: { seconds: 601 } } }),
      status.INVALID_ARGUMENT,
      "The value for maximum_backoff is too large.",
    ],
    [
      "crossed backoffs",
      () =>
        subscribe({
          retryPolicy: { minimumBackoff: { seconds: 9 }, maximumBackoff: { seconds: 8 } },
        }),
      status.INVALID_ARGUMENT,
      "minimum_backoff",
    ],
    [
      "a short retention",
      () => subscribe({ messageRetentionDuration: { seconds: 599 } }),
      status.INVALID_ARGUMENT,
      "The value for message_retention_duration is too small.",
    ],
    [
      "a bad endpoint",
      () => subscribe({ pushConfig: { pushEndpoint: "nowhere" } }),
      status.INVALID_ARGUMENT,
      "Invalid push endpoint given (endpoint=nowhere).",
    ],
    [
      "an empty mask",
      () =>
        bed.subscriber.updateSubscription({
          subscription: { name: SUBSCRIPTION, topic: TOPIC },
          updateMask: {},
        }),
      status.INVALID_ARGUMENT,
      "update_mask",
    ],
    [
      "an immutable field",
      () =>
        bed.subscriber.updateSubscription({
          subscription: { name: SUBSCRIPTION, topic: TOPIC },
          updateMask: { paths: ["topic"] },
        }),
      status.INVALID_ARGUMENT,
      "'topic'",
    ],
    [
      "a pull of nothing",
      () => pull(0, SUBSCRIPTION),
      status.INVALID_ARGUMENT,
      "The value for max_messages is too small.",
    ],
    [
      "a missing subscription",
      () => pull(1, `projects/${project}/subscriptions/missing`),
      status.NOT_FOUND,
      "Resource not found (resource=missing).",
    ],
    [
      "a long extension",
      () =>
        bed.subscriber.modifyAckDeadline({
          subscription: SUBSCRIPTION,
          ackIds: ["1"],
          ackDeadlineSeconds: 601,
        }),
      status.INVALID_ARGUMENT,
      "The value for ack_deadline_seconds is too large.",
    ],
  ])("%s", async (_, call, code, words) => {
    await expect(call()).rejects.toMatchObject({ code, details: expect.stringContaining(words) });
  });

  test.each([
    ["an empty message", [{}], "One or more messages in the publish request is empty."],
    ["no message", [], "The value for message_count is too small."],
    [
      "1,001 messages",
      Array(1001).fill({ data: Buffer.from("x") }),
      "The value for message_count is too large. You passed 1001 in the request, but the maximum value is 1000.",
    ],
    [
      "a message of 10,000,001 bytes",
      [{ data: Buffer.alloc(10_000_001) }],
      "The value for message_size is too large. You passed 10000001 in the request, but the maximum value is 10000000.",
    ],
    [
      "a request over 10 MiB",
      [{ data: Buffer.alloc(5_300_000) }, { data: Buffer.alloc(5_300_000) }],
      "Request payload size exceeds the limit: 10485760 bytes.",
    ],
    [
      "a key of 257 bytes",
      [{ attributes: { [`${"é".repeat(128)}k`]: "v" } }],
      "The value for attribute_key_size is too large. You passed 257 in the request, but the maximum value is 256.",
    ],
    [
      "a value of 1,025 bytes",
      [{ attributes: { k: "v".repeat(1025) } }],
      "The value for attribute_value_size is too large. You passed 1025 in the request, but the maximum value is 1024.",
    ],
    [
      "101 attributes",
      [
        {
          attributes: Object.fromEntries(
            Array.from({ length: 101 }, (__, index) => [`k${index}`, "v"]),
          ),
        },
      ],
      "The value for attribute_count is too large.",
    ],
  ])("publishing %s", async (_, messages, words) => {
    await expect(bed.publisher.publish({ topic: TOPIC, messages })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(words),
    });
    expect(bed.server.backlog()).toBe(0);
  });

  test("what is exactly at the limits is accepted", async () => {
    const attributes = { ["k".repeat(256)]: "v".repeat(1024) };
    const messages = Array.from({ length: 1000 }, () => ({ data: Buffer.from("x") }));

    await bed.publisher.publish({ topic: TOPIC, messages: [{ attributes }] });
    await bed.publisher.publish({ topic: TOPIC, messages });

    expect(bed.server.backlog()).toBe(1001);
  });

  test.each([
    ["ordering", () => subscribe({ enableMessageOrdering: true })],
    ["exactly-once", () => subscribe({ enableExactlyOnceDelivery: true })],
    ["a filter", () => subscribe({ filter: 'attributes.schema = "x"' })],
    ["BigQuery", () => subscribe({ bigqueryConfig: { table: "p.d.t" } })],
    ["Cloud Storage", () => subscribe({ cloudStorageConfig: { bucket: "b" } })],
    ["keeping acknowledged messages", () => subscribe({ retainAckedMessages: true })],
    [
      "unwrapped push",
      () => subscribe({ pushConfig: { pushEndpoint: "http://127.0.0.1:1/", noWrapper: {} } }),
    ],
    ["push over TLS", () => subscribe({ pushConfig: { pushEndpoint: "https://example.com/" } })],
    [
      "a subscription's transform",
      () =>
        bed.subscriber.createSubscription({
          name: `${SUBSCRIPTION}-2`,
          topic: TOPIC,
          messageTransforms: [{ javascriptUdf: { functionName: "f", code: "" } }],
        }),
    ],
    [
      "a topic's schema",
      () => bed.client.createTopic({ name: "typed", schemaSettings: { schema: "s" } }),
    ],
    [
      "topic retention",
      () => bed.client.createTopic({ name: "kept", messageRetentionDuration: { seconds: 600 } }),
    ],
    [
      "a topic update beyond labels",
      () => bed.client.topic(TOPIC).setMetadata({ kmsKeyName: "k" }),
    ],
    ["a snapshot", () => bed.client.subscription(SUBSCRIPTION).createSnapshot("snap")],
    ["seek", () => bed.client.subscription(SUBSCRIPTION).seek(new Date(0))],
    ["detaching", () => bed.client.detachSubscription(SUBSCRIPTION)],
  ])("%s answers UNIMPLEMENTED, never silence", async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test("pulling from a push subscription", async () => {
    await subscribe({ pushConfig: { pushEndpoint: "http://127.0.0.1:1/" } });

    await expect(pull(1, `${SUBSCRIPTION}-2`)).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "This method is not supported for this subscription type.",
    });
  });

  function subscribe(options: Parameters<typeof bed.client.createSubscription>[2]) {
    return bed.client.topic(TOPIC).createSubscription(`${SUBSCRIPTION}-2`, options);
  }

  function pull(maxMessages: number, subscription: string) {
    return bed.subscriber.pull({ subscription, maxMessages });
  }
});
