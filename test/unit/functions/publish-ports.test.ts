import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { createPublisher as createReceiver } from "../../../functions/receive-webhook/publish-body.ts";
import { createPublisher as createRedriver } from "../../../functions/redrive-failures/publish-message.ts";
import { createLinePublisher } from "../../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../../shared/codec/publish-message.ts";
import {
  acknowledge,
  saysNothing,
  startPublishServer,
} from "../../support/start-publish-server.ts";

type PublishServer = Awaited<ReturnType<typeof startPublishServer>>;
type Publish = (data: Buffer) => Promise<unknown>;

/** For what is answered, however busy the machine is, and for what never is. */
const patienceMs = 10_000;
const shortMs = 100;
let server: PublishServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(answer: Parameters<typeof startPublishServer>[0]): Promise<PublishServer> {
  server = await startPublishServer(answer);
  return server;
}

/** Every port that publishes. */
const publishers: [string, (from: PublishServer, timeoutMs: number) => Publish][] = [
  [
    "of functions",
    ({ client }, timeoutMs) => {
      const publish = createPublisher(client, "acme-", timeoutMs);
      return (data) => publish("tweets", data, { schema: "raw" });
    },
  ],
  [
    "of the webhook",
    ({ client }, timeoutMs) => {
      const options = { topicPrefix: "acme-", publishTimeoutMs: timeoutMs };
      const publish = createReceiver(client, options);
      return (data) => publish("tweets", data, { schema: "raw" });
    },
  ],
  [
    "of redrives",
    ({ client }, timeoutMs) => {
      const publish = createRedriver(client, timeoutMs);
      return (data) => publish("acme-tweets", data, { schema: "raw" });
    },
  ],
];

describe.each(publishers)("the publisher %s", (_, createFor) => {
  test("is done when Pub/Sub has acknowledged the message, and not before", async () => {
    const answered = Promise.withResolvers<string[]>();
    const publish = createFor(await start(() => answered.promise), patienceMs);
    let isDone = false;
    const sent = publish(Buffer.from("{}")).finally(() => {
      isDone = true;
    });
    await expect.poll(() => server?.published.length, { timeout: patienceMs }).toBe(1);
    expect(isDone).toBe(false);
    answered.resolve(["7"]);
    await sent;
    expect(server?.published).toEqual([
      {
        topic: "projects/demo/topics/acme-tweets",
        messages: [{ data: "{}", attributes: { schema: "raw" } }],
      },
    ]);
  });

  test.each([
    ["answers without an id", () => []],
    ["answers with half an id", () => [""]],
    ["says nothing", saysNothing],
    ["has no quota left, again and again", () => status.RESOURCE_EXHAUSTED],
    ["is not there, again and again", () => status.UNAVAILABLE],
    ["knows nobody", () => status.UNAUTHENTICATED],
  ])("fails when Pub/Sub %s", async (__, answer) => {
    const publish = createFor(await start(answer), shortMs);
    await expect(publish(Buffer.from("{}"))).rejects.toThrow();
  });

  test("tries again what fails for a moment", async () => {
    const publish = createFor(
      await start((asked, index) => (index === 0 ? status.UNAVAILABLE : acknowledge(asked))),
      patienceMs,
    );
    await publish(Buffer.from("{}"));
    expect(server?.published).toHaveLength(2);
  });

  test("fails when the connection breaks, and goes on with the next", async () => {
    const broken = await start(() => {
      broken.die();
      return saysNothing();
    });
    await expect(createFor(broken, shortMs)(Buffer.from("{}"))).rejects.toThrow();
    await broken.stop();
    await createFor(await start(acknowledge), patienceMs)(Buffer.from("{}"));
  });

  test("takes a late answer for that of its own message alone", async () => {
    const late = Promise.withResolvers<string[]>();
    const publish = createFor(
      await start(({ messages }) => {
        // On a busy machine the first may have been given up before it was sent.
        return messages[0]?.data === "first" ? late.promise : saysNothing();
      }),
      shortMs,
    );
    await expect(publish(Buffer.from("first"))).rejects.toThrow();
    const second = expect(publish(Buffer.from("second"))).rejects.toThrow();
    late.resolve(["1"]);
    await second;
  });
});

test("a webhook's bodies that share a request are safe only with an id each", async () => {
  const { client } = await start(({ messages }) => messages.slice(1).map(() => "1"));
  const publish = createReceiver(client, { topicPrefix: "", publishTimeoutMs: patienceMs });
  const sent = ["a", "b"].map((body) => publish("tweets", Buffer.from(body), {}));
  const results = await Promise.allSettled(sent);
  expect(server?.published).toHaveLength(1);
  expect(results.map((one) => one.status)).toEqual(["fulfilled", "rejected"]);
});

test("messages of functions that are published at one time share a request, and are safe only with an id each", async () => {
  const { client, published } = await start(({ messages }) => messages.slice(1).map(() => "1"));
  const publish = createPublisher(client, "", patienceMs);
  const sent = ["a", "b"].map((data) => publish("tweets", Buffer.from(data), {}));
  const results = await Promise.allSettled(sent);
  expect(published.map(({ messages }) => messages.length)).toEqual([2]);
  expect(results.map((one) => one.status)).toEqual(["fulfilled", "rejected"]);
});

test("a message of functions that is larger than a MB fails alone", async () => {
  const { client, published } = await start((asked) =>
    asked.messages.some(({ data }) => data.length > 1_000_000)
      ? status.INVALID_ARGUMENT
      : acknowledge(asked),
  );
  const publish = createPublisher(client, "", patienceMs);
  const data = ["a", "b".repeat(1_100_000), "c"].map((text) => Buffer.from(text));
  const results = await Promise.allSettled(data.map((one) => publish("tweets", one, {})));
  expect(results.map((one) => one.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(published).toHaveLength(3);
});

test("lines of two calls in one tick are one message, of two ticks two, and a failure is not kept", async () => {
  const { client, published } = await start((asked, index) =>
    index === 0 ? status.PERMISSION_DENIED : acknowledge(asked),
  );
  const publish = createLinePublisher(createPublisher(client, "", patienceMs));
  const first = [publish("rows", "row.v1", ["1"]), publish("rows", "row.v1", ["2", "3"])];
  const failed = await Promise.allSettled(first);
  expect(failed.map((one) => one.status)).toEqual(["rejected", "rejected"]);
  await publish("rows", "row.v1", ["1"]);
  await publish("rows", "row.v1", ["2"]);
  expect(published.map(({ messages }) => messages.map(({ data }) => data))).toEqual([
    ["1\n2\n3"],
    ["1"],
    ["2"],
  ]);
});
