import type { Duplex } from "node:stream";
import type { Message, Subscription } from "@google-cloud/pubsub";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collectGarbage } from "../../shared/environment/collect-garbage.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { openTestBed, project, type TestBed } from "../support/open-test-bed.ts";
import { waitUntil } from "../support/wait-until.ts";

const TOPIC = `projects/${project}/topics/tweets`;
const SUBSCRIPTION = `projects/${project}/subscriptions/readers`;

let bed: TestBed;
beforeEach(async () => {
  bed = await openTestBed();
});
afterEach(() => bed.close());

/** Creates the topic and its subscription, and publishes one message for each text. */
async function publishTexts(...texts: string[]): Promise<string[]> {
  const [topic] = await bed.client.topic(TOPIC).get({ autoCreate: true });
  const [exists] = await bed.client.subscription(SUBSCRIPTION).exists();
  if (!exists) await topic.createSubscription(SUBSCRIPTION);
  if (texts.length === 0) return [];
  const messages = texts.map((text) => ({ data: Buffer.from(text) }));
  const [{ messageIds }] = await bed.publisher.publish({ topic: TOPIC, messages });
  return messageIds ?? [];
}

interface Pulled {
  readonly ackId: string;
  readonly text: string;
  readonly attempt: number;
  readonly attributes: Record<string, string>;
}

async function pull(
  maxMessages = 10,
  subscription = SUBSCRIPTION,
  returnImmediately = false,
): Promise<Pulled[]> {
  const [answer] = await bed.subscriber.pull({ subscription, maxMessages, returnImmediately });
  return (answer.receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
    ackId: ackId ?? "",
    text: Buffer.from(message?.data ?? "").toString(),
    attempt: deliveryAttempt ?? -1,
    attributes: message?.attributes ?? {},
  }));
}

async function pullOne(subscription = SUBSCRIPTION): Promise<Pulled> {
  const [first] = await pull(1, subscription);
  if (first === undefined) throw new Error("nothing pulled");
  return first;
}

async function acknowledge(...pulled: Pulled[]): Promise<void> {
  const ackIds = pulled.map(({ ackId }) => ackId);
  await bed.subscriber.acknowledge({ subscription: SUBSCRIPTION, ackIds });
}

async function modifyDeadline(ackDeadlineSeconds: number, ...pulled: Pulled[]): Promise<void> {
  const ackIds = pulled.map(({ ackId }) => ackId);
  await bed.subscriber.modifyAckDeadline({
    subscription: SUBSCRIPTION,
    ackIds,
    ackDeadlineSeconds,
  });
}

/** Collects what a streaming subscription receives, without acknowledging. */
function collect(subscription: Subscription): Message[] {
  const received: Message[] = [];
  subscription.on("message", (message: Message) => received.push(message));
  return received;
}

describe("topics", () => {
  test("are created, read, listed, relabelled and deleted", async () => {
    await bed.client.createTopic({ name: TOPIC, labels: { team: "tally" } });
    await bed.client.createTopic("other");

    const [metadata] = await bed.client.topic("tweets").getMetadata();
    const [listed] = await bed.client.getTopics();
    await bed.client.topic("tweets").setMetadata({ labels: { team: "count" } });
    const [changed] = await bed.client.topic("tweets").getMetadata();
    await bed.client.topic("other").delete();

    expect(metadata).toMatchObject({ name: TOPIC, labels: { team: "tally" } });
    expect(listed.map(({ name }) => name)).toEqual([`projects/${project}/topics/other`, TOPIC]);
    expect(changed.labels).toEqual({ team: "count" });
    expect(await bed.client.topic("other").exists()).toEqual([false]);
  });

  test("are listed page by page, one project at a time", async () => {
    for (const name of ["aaa", "bbb", "ccc"]) await bed.client.createTopic(name);
    await bed.publisher.createTopic({ name: "projects/local-test-2/topics/ddd" });

    const parent = `projects/${project}`;
    const [first, next] = await bed.publisher.listTopics(
      { project: parent, pageSize: 2 },
      { autoPaginate: false },
    );
    const [second, end] = await bed.publisher.listTopics(
      { project: parent, pageSize: 2, pageToken: next?.pageToken ?? "" },
      { autoPaginate: false },
    );

    expect(first.map(({ name }) => name)).toEqual([`${parent}/topics/aaa`, `${parent}/topics/bbb`]);
    expect(second.map(({ name }) => name)).toEqual([`${parent}/topics/ccc`]);
    expect(end).toBeNull();
  });

  test("leave their subscriptions behind on _deleted-topic_, for good", async () => {
    await publishTexts("before");
    await bed.client.topic(TOPIC).delete();
    await bed.client.createTopic(TOPIC);
    await bed.client.topic(TOPIC).publishMessage({ data: Buffer.from("after") });

    const [metadata] = await bed.client.subscription(SUBSCRIPTION).getMetadata();
    const pulled = await pull();

    expect(metadata.topic).toBe("_deleted-topic_");
    expect(pulled.map(({ text }) => text)).toEqual(["before"]);
    expect((await bed.client.topic(TOPIC).getSubscriptions())[0]).toEqual([]);
  });
});

describe("publishing and streaming pull", () => {
  test("a message arrives with its data, attributes, id and time", async () => {
    const [topic] = await bed.client.createTopic("tweets");
    const [subscription] = await topic.createSubscription("readers");
    const received = collect(subscription);
    const before = Date.now();

    const id = await topic.publishMessage({
      data: Buffer.from([0, 255, 10]),
      attributes: { schema: "tweet.v1", schlüssel: "grüße" },
      orderingKey: "",
    });
    await waitUntil("the message arrives", () => received.length === 1);
    received[0]?.ack();
    await waitUntil("it is acknowledged", () => bed.server.backlog() === 0);

    expect(received[0]).toMatchObject({
      id,
      data: Buffer.from([0, 255, 10]),
      attributes: { schema: "tweet.v1", schlüssel: "grüße" },
    });
    const publishTime = received[0]?.publishTime.getTime() ?? 0;
    expect(publishTime).toBeGreaterThanOrEqual(before);
    expect(publishTime).toBeLessThanOrEqual(Date.now());
    await subscription.close();
  });

  test("ids are decimal strings that grow", async () => {
    const ids = [...(await publishTexts("a", "b")), ...(await publishTexts("c"))];

    expect(ids.every((id) => /^\d{16}$/.test(id))).toBe(true);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  test("every subscription gets every message, and one's acknowledgement is not the other's", async () => {
    await publishTexts();
    await bed.client.topic(TOPIC).createSubscription("others");
    await publishTexts("shared");

    await acknowledge(await pullOne());
    const other = await pullOne(`projects/${project}/subscriptions/others`);

    expect(other.text).toBe("shared");
    expect(bed.server.backlog()).toBe(1);
    expect(bed.server.stats()[SUBSCRIPTION]).toEqual({
      published: 1,
      delivered: 1,
      redelivered: 0,
      acknowledged: 1,
      deadLettered: 0,
      expired: 0,
      outstanding: 0,
      oldestUnacknowledgedMs: 0,
    });
  });

  test("bytes are held once, however many subscriptions wait for them", async () => {
    await publishTexts();
    for (let number = 0; number < 19; number += 1) {
      await bed.client.topic(TOPIC).createSubscription(`waiting-${number}`);
    }
    // Of the tests before, too: it would be freed meanwhile, or not.
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    await bed.publisher.publish({
      topic: TOPIC,
      messages: [{ data: Buffer.alloc(10_000_000, 1) }],
    });
    collectGarbage();
    const grown = process.memoryUsage().arrayBuffers - before;

    expect(bed.server.backlog()).toBe(20);
    // The message, and what client and server still hold of sending it; twenty copies would be 200 MB.
    expect(grown).toBeGreaterThan(9_000_000);
    expect(grown).toBeLessThan(100_000_000);
  });

  test("a nacked message comes again", async () => {
    await publishTexts("again");
    const subscription = bed.client.subscription(SUBSCRIPTION);
    const seen: string[] = [];
    subscription.on("message", (message: Message) => {
      seen.push(message.data.toString());
      if (seen.length < 3) message.nack();
      else message.ack();
    });

    await waitUntil("it is acknowledged", () => bed.server.backlog() === 0);

    expect(seen).toEqual(["again", "again", "again"]);
    expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ delivered: 3, redelivered: 2 });
    await subscription.close();
  });

  test("flow control by messages: no more are outstanding than asked for", async () => {
    await publishTexts(...Array.from({ length: 9 }, (_, index) => `m${index}`));
    const subscription = bed.client.subscription(SUBSCRIPTION, {
      flowControl: { maxMessages: 3, allowExcessMessages: false },
      streamingOptions: { maxStreams: 1 },
    });
    let most = 0;
    subscription.on("message", (message: Message) => {
      most = Math.max(most, bed.server.stats()[SUBSCRIPTION]?.outstanding ?? 0);
      setTimeout(() => message.ack(), 10);
    });

    await waitUntil("all are acknowledged", () => bed.server.backlog() === 0);

    expect(most).toBe(3);
    await subscription.close();
  });

  test("flow control by bytes: the message that crosses the limit is the last one sent", async () => {
    await publishTexts("x".repeat(600), "y".repeat(600), "z".repeat(600));
    const stream = bed.subscriber.streamingPull();
    const sizes: number[] = [];
    stream.on("data", ({ receivedMessages }: StreamAnswer) => sizes.push(receivedMessages.length));
    stream.write({
      subscription: SUBSCRIPTION,
      streamAckDeadlineSeconds: 10,
      maxOutstandingBytes: 1000,
    });

    await waitUntil("two arrive", () => sizes.reduce((sum, size) => sum + size, 0) === 2);

    expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ outstanding: 2, delivered: 2 });
    await endStream(stream);
  });

  test("a stream acknowledges and answers keep-alives", async () => {
    await publishTexts("one");
    const stream = bed.subscriber.streamingPull();
    const answers: StreamAnswer[] = [];
    stream.on("data", (answer: StreamAnswer) => answers.push(answer));
    stream.write({ subscription: SUBSCRIPTION, streamAckDeadlineSeconds: 10 });
    await waitUntil("the message arrives", () => answers.length === 1);

    stream.write({ ackIds: [answers[0]?.receivedMessages[0]?.ackId ?? ""] });
    await waitUntil("it is acknowledged", () => bed.server.backlog() === 0);
    stream.write({});
    await waitUntil("the keep-alive is answered", () => answers.length === 2);

    expect(answers[0]?.subscriptionProperties).toMatchObject({ exactlyOnceDeliveryEnabled: false });
    expect(answers[1]?.receivedMessages).toEqual([]);
    await endStream(stream);
  });

  test("deleting the subscription ends its streams with NOT_FOUND", async () => {
    await publishTexts();
    const subscription = bed.client.subscription(SUBSCRIPTION);
    const errors: { code?: number }[] = [];
    subscription.on("error", (error: { code?: number }) => errors.push(error));
    const received = collect(subscription);
    await publishTexts("x");
    await waitUntil("the stream works", () => received.length === 1);

    await bed.client.subscription(SUBSCRIPTION).delete();
    await waitUntil("the stream ends", () => errors.length > 0);

    expect(errors[0]?.code).toBe(status.NOT_FOUND);
    await subscription.close();
  });
});

function endStream(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.on("end", resolve);
    stream.end();
  });
}

test("making it a push subscription ends its streams with FAILED_PRECONDITION", async () => {
  await publishTexts("x");
  const subscription = bed.client.subscription(SUBSCRIPTION);
  const errors: { code?: number }[] = [];
  subscription.on("error", (error: { code?: number }) => errors.push(error));
  const received = collect(subscription);
  await waitUntil("the stream works", () => received.length === 1);

  await subscription.modifyPushConfig({ pushEndpoint: "http://127.0.0.1:1/" });
  await waitUntil("the stream ends", () => errors.length > 0);

  expect(errors[0]?.code).toBe(status.FAILED_PRECONDITION);
  await subscription.close();
});

interface StreamAnswer {
  readonly receivedMessages: readonly { readonly ackId: string }[];
  readonly subscriptionProperties: unknown;
}

describe("unary pull", () => {
  test("takes at most maxMessages, in order, and what is leased is not given twice", async () => {
    await publishTexts("a", "b", "c");

    const first = await pull(2);
    const second = await pull(2);

    expect(first.map(({ text }) => text)).toEqual(["a", "b"]);
    expect(second.map(({ text }) => text)).toEqual(["c"]);
    expect(first[0]?.attempt).toBe(0);
  });

  test("waits for a message, or not when told so", async () => {
    await publishTexts();

    expect(await pull(1, SUBSCRIPTION, true)).toEqual([]);
    const waiting = pull(1);
    await publishTexts("late");
    expect((await waiting).map(({ text }) => text)).toEqual(["late"]);
  });

  test("a pull given up by its caller takes nothing", async () => {
    await publishTexts();
    const request = { subscription: SUBSCRIPTION, maxMessages: 1 };
    await expect(bed.subscriber.pull(request, { timeout: 50, retry: null })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    await publishTexts("kept");

    expect((await pullOne()).text).toBe("kept");
  });

  test("a message not acknowledged in time comes again, one kept alive does not", async () => {
    await publishTexts("kept", "lost");
    const [kept, lost] = await pull(2);
    if (kept === undefined || lost === undefined) throw new Error("two expected");
    await modifyDeadline(60, kept);

    bed.advanceClock(10_001);
    const again = await pull(2);
    await acknowledge(lost, kept);

    expect(again.map(({ text }) => text)).toEqual(["lost"]);
    expect(bed.server.backlog()).toBe(1);
  });

  test("deadline 0 gives the message back at once", async () => {
    await publishTexts("back");
    await modifyDeadline(0, await pullOne());

    expect((await pullOne()).text).toBe("back");
  });

  test("an acknowledgement is idempotent; an id that never existed is refused", async () => {
    await publishTexts("once");
    const pulled = await pullOne();
    await acknowledge(pulled);
    await acknowledge(pulled);

    await expect(acknowledge({ ...pulled, ackId: "not an id" })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: "You have passed an invalid ack ID to the service (ack_id=not an id).",
    });
    await expect(acknowledge()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  test("with a retry policy a refused message waits before it comes again", async () => {
    const [topic] = await bed.client.createTopic(TOPIC);
    await topic.createSubscription(SUBSCRIPTION, {
      retryPolicy: { minimumBackoff: { nanos: 200e6 }, maximumBackoff: { seconds: 1 } },
    });
    await publishTexts("slow");
    const pulled = await pullOne();
    const before = performance.now();
    await modifyDeadline(0, pulled);

    expect((await pullOne()).text).toBe("slow");
    expect(performance.now() - before).toBeGreaterThan(195);
  });

  test("after its last attempt a message moves to the dead-letter topic, labelled", async () => {
    const [dead] = await bed.client.createTopic("dead-letters");
    await dead.createSubscription("undertaker");
    const [topic] = await bed.client.createTopic(TOPIC);
    await topic.createSubscription(SUBSCRIPTION, {
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
    });
    await topic.publishMessage({ data: Buffer.from("poison"), attributes: { schema: "tweet.v1" } });

    const attempts: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const pulled = await pullOne();
      attempts.push(pulled.attempt);
      await modifyDeadline(0, pulled);
    }
    const [buried] = await pull(1, `projects/${project}/subscriptions/undertaker`);

    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    expect(buried).toMatchObject({
      text: "poison",
      attributes: {
        schema: "tweet.v1",
        CloudPubSubDeadLetterSourceDeliveryCount: "5",
        CloudPubSubDeadLetterSourceSubscription: "readers",
        CloudPubSubDeadLetterSourceSubscriptionProject: project,
        CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/,
        ),
      },
    });
    expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ deadLettered: 1, acknowledged: 0 });
    expect(await pull(1, SUBSCRIPTION, true)).toEqual([]);
  });

  test("without its dead-letter topic a message is kept and tried on", async () => {
    const [dead] = await bed.client.createTopic("dead-letters");
    const [topic] = await bed.client.createTopic(TOPIC);
    await topic.createSubscription(SUBSCRIPTION, {
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
    });
    await dead.delete();
    await topic.publishMessage({ data: Buffer.from("poison") });

    for (let attempt = 1; attempt <= 6; attempt += 1) await modifyDeadline(0, await pullOne());

    expect((await pullOne()).attempt).toBe(7);
  });

  test("a message older than the retention is dropped and counted", async () => {
    const [topic] = await bed.client.createTopic(TOPIC);
    await topic.createSubscription(SUBSCRIPTION, { messageRetentionDuration: { seconds: 600 } });
    const before = Date.now();
    await publishTexts("stale");
    const age = bed.server.stats()[SUBSCRIPTION]?.oldestUnacknowledgedMs;
    expect(age).toBeLessThanOrEqual(Date.now() - before);
    bed.advanceClock(600_001);
    expect(bed.server.stats()[SUBSCRIPTION]?.oldestUnacknowledgedMs).toBeGreaterThan(600_000);
    await publishTexts("fresh");

    expect((await pull()).map(({ text }) => text)).toEqual(["fresh"]);
    expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ expired: 1 });
  });

  test("10 MB go both ways unchanged", async () => {
    await publishTexts();
    const data = Buffer.alloc(10_000_000, "0123456789abcdef");
    await bed.client.topic(TOPIC).publishMessage({ data });

    const subscription = bed.client.subscription(SUBSCRIPTION);
    const streamed = collect(subscription);
    await waitUntil("the message arrives", () => streamed.length === 1);
    expect(streamed[0]?.data.equals(data)).toBe(true);
    streamed[0]?.nack();
    await subscription.close();

    const pulled = await pullOne();
    expect(pulled.text.length).toBe(10_000_000);
  });
});

describe("subscriptions", () => {
  test("are answered with the real service's defaults", async () => {
    await publishTexts();

    const [metadata] = await bed.client.subscription(SUBSCRIPTION).getMetadata();

    expect(metadata).toMatchObject({
      name: SUBSCRIPTION,
      topic: TOPIC,
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: "604800" },
      expirationPolicy: { ttl: { seconds: "2678400" } },
      retryPolicy: null,
      deadLetterPolicy: null,
      state: "ACTIVE",
    });
  });

  test("are updated by mask: only what is named changes", async () => {
    await publishTexts();
    await bed.client.subscription(SUBSCRIPTION).setMetadata({
      ackDeadlineSeconds: 600,
      retryPolicy: { minimumBackoff: { seconds: 1 } },
    });
    await bed.client.subscription(SUBSCRIPTION).setMetadata({ labels: { team: "tally" } });

    const [metadata] = await bed.client.subscription(SUBSCRIPTION).getMetadata();

    expect(metadata).toMatchObject({
      topic: TOPIC,
      ackDeadlineSeconds: 600,
      labels: { team: "tally" },
      retryPolicy: {
        minimumBackoff: { seconds: "1", nanos: 0 },
        maximumBackoff: { seconds: "600", nanos: 0 },
      },
    });
  });

  test("are listed by project and by topic, and deleted", async () => {
    await publishTexts();
    await bed.client.topic(TOPIC).createSubscription("another");

    const [byProject] = await bed.client.getSubscriptions();
    await bed.client.subscription("another").delete();
    const [byTopic] = await bed.client.topic(TOPIC).getSubscriptions();

    expect(byProject.map(({ name }) => name.split("/").at(-1))).toEqual(["another", "readers"]);
    expect(byTopic.map(({ name }) => name)).toEqual([SUBSCRIPTION]);
  });
});

test("a stopped server frees its port for the next one", async () => {
  const first = await startPubsub();
  const port = Number(first.address.split(":")[1]);
  await first.stop();

  const second = await startPubsub({ port });

  expect(second.address).toBe(first.address);
  await expect(startPubsub({ port })).rejects.toThrow();
  await second.stop();
});

test("a rate outside 0..1 is refused", async () => {
  const faults = { duplicateRate: 1.5, shuffle: false, seed: 1 };
  await expect(startPubsub({ faults })).rejects.toThrow(RangeError);
  expect(() =>
    bed.server.setFaults({ ...faults, duplicateRate: 0, acknowledgementLossRate: -1 }),
  ).toThrow(RangeError);
});
