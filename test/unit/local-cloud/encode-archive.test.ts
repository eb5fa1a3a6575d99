import { once } from "node:events";
import avro from "avsc";
import { expect, test } from "vitest";
import { encodeArchive } from "../../local-cloud/encode-archive.ts";
import { archivedMessage } from "../../support/archived-messages.ts";

/** What another implementation of Avro reads. */
async function decode(archive: Buffer): Promise<{ schema: unknown; records: unknown[] }> {
  const decoder = new avro.streams.BlockDecoder();
  const records: unknown[] = [];
  let schema: unknown;
  decoder.on("metadata", (_type, _codec, { meta }: { meta: Record<string, Buffer> }) => {
    schema = JSON.parse(String(meta["avro.schema"]));
  });
  decoder.on("data", (record: object) => records.push({ ...record }));
  decoder.end(archive);
  await once(decoder, "end");
  return { schema, records };
}

const subscription = "projects/p/subscriptions/tweets.archive";

test("another implementation reads the schema that Pub/Sub documents, and the messages", async () => {
  const { schema, records } = await decode(
    encodeArchive(subscription, [
      archivedMessage(1, { attributes: { schema: "raw", ключ: "значение 🙂" } }),
      archivedMessage(2, { data: Buffer.of(0, 255, 10), orderingKey: "a" }),
      archivedMessage(3, { data: Buffer.alloc(0), attributes: { empty: "" } }),
    ]),
  );
  expect(schema).toEqual({
    type: "record",
    namespace: "com.google.pubsub",
    name: "PubsubMessageWithMetadata",
    fields: [
      { name: "subscription_name", type: "string" },
      { name: "message_id", type: "string" },
      { name: "publish_time", type: { type: "long", logicalType: "timestamp-micros" } },
      { name: "attributes", type: { type: "map", values: "string" } },
      { name: "data", type: "bytes" },
    ],
  });
  const common = { subscription_name: "projects/p/subscriptions/tweets.archive" };
  expect(records).toEqual([
    {
      ...common,
      message_id: "1000000000000001",
      publish_time: 1_767_323_045_678_001,
      attributes: { schema: "raw", ключ: "значение 🙂" },
      data: Buffer.from("{}"),
    },
    {
      ...common,
      message_id: "1000000000000002",
      publish_time: 1_767_323_045_678_002,
      attributes: { ordering_key: "a" },
      data: Buffer.of(0, 255, 10),
    },
    {
      ...common,
      message_id: "1000000000000003",
      publish_time: 1_767_323_045_678_003,
      attributes: { empty: "" },
      data: Buffer.alloc(0),
    },
  ]);
});

test("blocks are bounded: a megabyte, or one message", async () => {
  const large = Array.from({ length: 5 }, (_, id) =>
    archivedMessage(id, { data: Buffer.alloc(400_000) }),
  );
  const archive = encodeArchive(subscription, [
    ...large,
    archivedMessage(5, { data: Buffer.alloc(3_000_000) }),
    archivedMessage(6),
  ]);
  // The header ends with the marker that stands behind each block.
  const sync = archive.subarray(-16);
  const ends: number[] = [];
  for (let at = archive.indexOf(sync); at !== -1; at = archive.indexOf(sync, at + 1)) ends.push(at);
  const sizes = ends.slice(1).map((end, index) => end - (ends[index] ?? 0));
  expect(sizes.map((size) => Math.round(size / 100_000))).toEqual([8, 8, 4, 30, 0]);
  expect((await decode(archive)).records).toHaveLength(7);
});

test("without messages it is a header, and empty", async () => {
  expect((await decode(encodeArchive(subscription, []))).records).toEqual([]);
});
