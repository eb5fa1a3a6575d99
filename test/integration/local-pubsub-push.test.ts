import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { CreateSubscriptionOptions, Topic } from "@google-cloud/pubsub";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readManifests } from "../../terraform/read-manifests.ts";
import { provisionTopics } from "../local-cloud/provision.ts";
import { openTestBed, project, type TestBed } from "../support/open-test-bed.ts";
import {
  answerWith,
  type RecordedRequest,
  type RecordingEndpoint,
  startRecordingEndpoint,
} from "../support/start-recording-endpoint.ts";
import { waitUntil } from "../support/wait-until.ts";

const SUBSCRIPTION = `projects/${project}/subscriptions/pushed-to-test`;

let bed: TestBed;
let topic: Topic;
const endpoints: RecordingEndpoint[] = [];

beforeEach(async () => {
  bed = await openTestBed();
  [topic] = await bed.client.createTopic("pushed");
});
afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
  await bed.close();
});

async function pushTo(
  answer: (response: ServerResponse, count: number, request: RecordedRequest) => void,
  options: CreateSubscriptionOptions = {},
): Promise<RecordingEndpoint> {
  const endpoint = await startRecordingEndpoint(answer);
  endpoints.push(endpoint);
  const pushConfig = { pushEndpoint: endpoint.url };
  await topic.createSubscription(SUBSCRIPTION, { pushConfig, ...options });
  return endpoint;
}

async function publish(count: number, bytes = 10): Promise<void> {
  const messages = Array.from({ length: count }, () => ({ data: Buffer.alloc(bytes, "x") }));
  await bed.publisher.publish({ topic: topic.name, messages });
}

function allAcknowledged(): Promise<void> {
  return waitUntil("everything is acknowledged", () => bed.server.backlog() === 0);
}

test("the body and headers are those of a wrapped push", async () => {
  const endpoint = await pushTo(answerWith(204));
  const attributes = { schema: "tweet.v1", quote: '"\\ünïcode\n' };

  const messageId = await topic.publishMessage({
    data: Buffer.from([0xff, 0x00, 0x7f]),
    attributes,
  });
  await allAcknowledged();

  const [request] = endpoint.requests;
  expect(request?.path).toBe("/projects/local-test/topics/pushed");
  expect(request?.headers["content-type"]).toBe("application/json");
  const publishTime = request?.body.message.publishTime ?? "";
  expect(publishTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(request?.body).toEqual({
    message: {
      data: "/wB/",
      attributes,
      messageId,
      message_id: messageId,
      publishTime,
      publish_time: publishTime,
    },
    subscription: SUBSCRIPTION,
  });
});

test("without data or attributes those fields are absent; an ordering key is passed on", async () => {
  const endpoint = await pushTo(answerWith(200));

  await topic.publishMessage({ attributes: { only: "attributes" } });
  await bed.publisher.publish({
    topic: topic.name,
    messages: [{ data: Buffer.from("x"), orderingKey: "key" }],
  });
  await allAcknowledged();

  expect(Object.keys(endpoint.requests[0]?.body.message ?? {})).toEqual([
    "attributes",
    "messageId",
    "message_id",
    "publishTime",
    "publish_time",
  ]);
  expect(endpoint.requests[1]?.body.message).toMatchObject({ data: "eA==", orderingKey: "key" });
  expect(endpoint.requests[1]?.body.message).not.toHaveProperty("attributes");
});

test.each([200, 201, 202, 204])("%d acknowledges", async (status) => {
  await pushTo(answerWith(status));
  await publish(1);
  await allAcknowledged();

  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ delivered: 1, acknowledged: 1 });
});

test("102 acknowledges without waiting for the final answer", async () => {
  const endpoint = await pushTo((response) => response.writeProcessing());
  await publish(1);
  await allAcknowledged();

  expect(endpoint.requests.length).toBe(1);
});

test.each([203, 206, 302, 400, 404, 429, 500, 503])("%d does not acknowledge", async (status) => {
  const endpoint = await pushTo((response, count) =>
    answerWith(count === 1 ? status : 204)(response),
  );
  await publish(1);
  await allAcknowledged();

  expect(endpoint.requests.length).toBe(2);
  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ delivered: 2, acknowledged: 1 });
});

test("an endpoint that fails first and then accepts gets everything, after growing pauses", async () => {
  const endpoint = await pushTo((response, count) => answerWith(count <= 3 ? 500 : 204)(response));
  await publish(1);
  await allAcknowledged();

  const times = endpoint.requests.map(({ arrivedAt }) => arrivedAt);
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(endpoint.requests.length).toBe(4);
  // 100, 200 and 400 ms and up to 20 % more, and whatever a busy machine adds.
  for (const [index, least] of [95, 195, 395].entries()) {
    expect(pauses[index]).toBeGreaterThanOrEqual(least);
  }
});

test("nobody listening: the endpoint's absence is survived, and not hammered", async () => {
  const endpoint = await startRecordingEndpoint(answerWith(204));
  await endpoint.close();
  await topic.createSubscription(SUBSCRIPTION, { pushConfig: { pushEndpoint: endpoint.url } });
  const before = performance.now();
  await publish(500);

  // 4, then 2, 1 and 1 after pauses of 100, 200 and 400 ms.
  const delivered = () => bed.server.stats()[SUBSCRIPTION]?.delivered ?? 0;
  await waitUntil("it is tried four times", () => delivered() >= 8);
  expect(performance.now() - before).toBeGreaterThanOrEqual(690);
  expect(bed.server.backlog()).toBe(500);
});

test("an endpoint that hangs is given up at the deadline and tried again", async () => {
  const answer = (response: ServerResponse, count: number) => {
    if (count > 1) answerWith(204)(response);
  };
  const endpoint = await pushTo(answer, { ackDeadlineSeconds: 600 });
  await publish(1);
  await waitUntil("the first push hangs", () => endpoint.requests.length === 1);

  bed.advanceClock(500_000);
  await sleep(150);
  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ outstanding: 1, delivered: 1 });
  bed.advanceClock(100_000);
  await allAcknowledged();

  expect(endpoint.aborted()).toBe(1);
  expect(endpoint.requests.length).toBe(2);
});

test("an endpoint that breaks off half-way through its answer did not acknowledge", async () => {
  await pushTo((response, count) => {
    if (count > 1) return answerWith(204)(response);
    response.writeHead(200, { "content-length": "100" });
    response.write("half");
    setTimeout(() => response.destroy(), 20);
  });
  await publish(1);
  await allAcknowledged();

  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ delivered: 2, acknowledged: 1 });
});

test("a kept-alive connection that breaks when used again costs no delivery attempt", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    let answered = 0;
    socket.on("error", () => {});
    socket.on("data", () => {
      answered += 1;
      // As if the endpoint had closed the idle connection while the request was on its way.
      if (answered === 3) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const pushConfig = { pushEndpoint: `http://127.0.0.1:${address.port}/` };
  await topic.createSubscription(SUBSCRIPTION, { pushConfig });

  for (let message = 0; message < 6; message += 1) {
    await publish(1);
    await allAcknowledged();
  }

  expect(connections).toBe(3);
  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ delivered: 6, redelivered: 0 });
  server.close();
});

test("the window opens with success, to its limit in messages", async () => {
  const slow = (response: ServerResponse): void => {
    setTimeout(() => answerWith(204)(response), 20);
  };
  await bed.close();
  bed = await openTestBed({ push: { maxMessages: 12 } });
  [topic] = await bed.client.createTopic("pushed");
  const endpoint = await pushTo(slow);

  await publish(100);
  await allAcknowledged();

  expect(endpoint.mostConcurrent()).toBe(12);
});

test("the window is limited in bytes; one message larger than that still goes", async () => {
  await bed.close();
  bed = await openTestBed({ push: { maxBytes: 100_000 } });
  [topic] = await bed.client.createTopic("pushed");
  const endpoint = await pushTo((response) => setTimeout(() => answerWith(204)(response), 10));

  await publish(10, 40_000);
  await publish(2, 150_000);
  await allAcknowledged();

  expect(endpoint.mostConcurrent()).toBe(2);
  expect(endpoint.requests.length).toBe(12);
});

test("a message that always fails moves to the dead letters; its neighbours are not held up", async () => {
  const [dead] = await bed.client.createTopic("dead-letters");
  const [graveyard] = await dead.createSubscription("graveyard");
  const poison = Buffer.from("poison").toString("base64");
  const endpoint = await pushTo(
    (response, _, { body }) => answerWith(body.message.data === poison ? 500 : 204)(response),
    {
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
      retryPolicy: { minimumBackoff: { nanos: 10e6 }, maximumBackoff: { nanos: 40e6 } },
    },
  );

  await topic.publishMessage({ data: Buffer.from("poison") });
  await publish(50);
  await waitUntil(
    "the poison is dead-lettered",
    () => bed.server.stats()[SUBSCRIPTION]?.deadLettered === 1,
  );
  await waitUntil("only the grave is left", () => bed.server.backlog() === 1);

  const attempts = endpoint.requests
    .filter(({ body }) => body.message.data === poison)
    .map(({ body }) => body.deliveryAttempt);
  expect(attempts).toEqual([1, 2, 3, 4, 5]);
  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({ acknowledged: 50, delivered: 55 });
  expect(bed.server.stats()[graveyard.name]).toMatchObject({ published: 1 });
});

test("10 MB are pushed whole", async () => {
  const endpoint = await pushTo(answerWith(204));
  await topic.publishMessage({ data: Buffer.alloc(10_000_000, "0123456789") });
  await allAcknowledged();

  const pushed = Buffer.from(endpoint.requests[0]?.body.message.data ?? "", "base64");
  expect(pushed.equals(Buffer.alloc(10_000_000, "0123456789"))).toBe(true);
});

test("an OIDC token's settings are answered and otherwise ignored", async () => {
  const oidcToken = { serviceAccountEmail: "pusher@example.com", audience: "tally" };
  const endpoint = await startRecordingEndpoint(answerWith(204));
  endpoints.push(endpoint);
  const pushConfig = { pushEndpoint: endpoint.url, oidcToken };
  await topic.createSubscription(SUBSCRIPTION, { pushConfig });
  await publish(1);
  await allAcknowledged();

  const [metadata] = await bed.client.subscription(SUBSCRIPTION).getMetadata();
  expect(metadata.pushConfig).toMatchObject({ oidcToken });
  expect(endpoint.requests[0]?.headers).not.toHaveProperty("authorization");
});

test("a subscription changes from pull to push and back", async () => {
  const endpoint = await startRecordingEndpoint(answerWith(204));
  endpoints.push(endpoint);
  const [subscription] = await topic.createSubscription(SUBSCRIPTION);
  await publish(1);

  await subscription.modifyPushConfig({ pushEndpoint: endpoint.url });
  await allAcknowledged();
  await subscription.modifyPushConfig({ pushEndpoint: "" });
  await publish(1);
  const [answer] = await bed.subscriber.pull({ subscription: SUBSCRIPTION, maxMessages: 1 });

  expect(endpoint.requests.length).toBe(1);
  expect(answer.receivedMessages?.length).toBe(1);
});

test("stopping breaks off what is under way", async () => {
  const endpoint = await pushTo(() => {});
  await publish(1);
  await waitUntil("the push hangs", () => endpoint.requests.length === 1);

  await bed.server.stop();
  await waitUntil("it is broken off", () => endpoint.aborted() === 1);
});

test("what was provisioned before is pushed to where the functions listen now", async () => {
  const endpoint = await startRecordingEndpoint(answerWith(204));
  endpoints.push(endpoint);
  const manifests = (await readManifests()).filter(({ name }) => name === "normalize-tweets");
  for (const address of ["http://127.0.0.1:1", new URL(endpoint.url).origin]) {
    await provisionTopics(manifests, { projectId: project, pushEndpoint: () => address });
  }
  await bed.client.topic("tweets").publishMessage({ data: Buffer.from("{}") });
  await allAcknowledged();
  expect(endpoint.requests.map(({ path }) => path)).toEqual([`/projects/${project}/topics/tweets`]);
});
