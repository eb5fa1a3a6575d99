import { PubSub } from "@google-cloud/pubsub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { type Pubsub, startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { collectMessages } from "../support/collect-messages.ts";

let pubsub: Pubsub;
let client: PubSub;

beforeAll(async () => {
  pubsub = await startPubsub();
  client = new PubSub({ projectId: "demo", apiEndpoint: pubsub.address, emulatorMode: true });
});
afterAll(async () => {
  await client.close();
  await pubsub.stop();
});

test("lines of concurrent requests share a message, but never with another schema", async () => {
  const rows = await collectMessages(client, "rows");
  const publish = createLinePublisher(createPublisher(client, ""));

  await Promise.all([
    publish("rows", "row.v1", ["1", "2"]),
    publish("rows", "row.v2", ["3"]),
    publish("rows", "row.v1", ["4"]),
    publish("rows", "row.v2", []),
  ]);

  const messages = await rows.take(2);
  const told = messages.map(({ data, attributes }) => [attributes.schema, data.toString()]);
  expect(Object.fromEntries(told)).toEqual({ "row.v1": "1\n2\n4", "row.v2": "3" });
  await rows.close();
});
