import { randomBytes } from "node:crypto";

/** A message as a Cloud Storage subscription receives it. */
export type ReceivedMessage = {
  id: string;
  /** Microseconds since 1970. */
  publishTimeMicros: number;
  attributes: Readonly<Record<string, string>>;
  /** Empty when there is none. */
  orderingKey: string;
  data: Buffer;
};

/**
 * What Pub/Sub writes with metadata.
 * https://cloud.google.com/pubsub/docs/create-cloudstorage-subscription
 */
const schema = {
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
};
const metadata = { "avro.schema": JSON.stringify(schema), "avro.codec": "null" };
const magic = Buffer.from("Obj\u0001");
const syncBytes = 16;
/** Of a block, unless a single message is larger. */
const blockBytes = 1_000_000;
const mostLongBytes = 8;

/**
 * The messages as an Avro object container file, in order. By hand, because every raw message of a
 * local run goes through here: a library takes half as much CPU again, to copy each body twice.
 * https://avro.apache.org/docs/1.12.0/specification/#object-container-files
 */
export function encodeArchive(subscription: string, messages: readonly ReceivedMessage[]): Buffer {
  const sync = randomBytes(syncBytes);
  const pieces: Buffer[] = [encodeHeader(sync)];
  let block: Buffer[] = [];
  let bytes = 0;
  let count = 0;

  const closeBlock = () => {
    if (count > 0) pieces.push(encodeLongs(count, bytes), ...block, sync);
    block = [];
    bytes = 0;
    count = 0;
  };

  for (const message of messages) {
    const before = encodeFields(subscription, message);
    const size = before.length + message.data.length;
    if (bytes + size > blockBytes) closeBlock();
    block.push(before, message.data);
    bytes += size;
    count += 1;
  }
  closeBlock();
  return Buffer.concat(pieces);
}

function encodeHeader(sync: Buffer): Buffer {
  const writer = createWriter(4 * JSON.stringify(metadata).length + 100);
  writer.map(Object.entries(metadata));
  return Buffer.concat([magic, writer.written(), sync]);
}

/** All of a message but the bytes of its data, which come last. */
function encodeFields(subscription: string, message: ReceivedMessage): Buffer {
  const { id, publishTimeMicros, attributes, orderingKey, data } = message;
  const entries = Object.entries(attributes);
  if (orderingKey !== "") entries.push(["ordering_key", orderingKey]);
  let characters = subscription.length + id.length;
  for (const [name, value] of entries) characters += name.length + value.length;
  // A character of JavaScript has at most three bytes of UTF-8.
  const writer = createWriter(3 * characters + mostLongBytes * (2 * entries.length + 7));
  writer.string(subscription);
  writer.string(id);
  writer.long(publishTimeMicros);
  writer.map(entries);
  writer.long(data.length);
  return writer.written();
}

function encodeLongs(...numbers: number[]): Buffer {
  const writer = createWriter(mostLongBytes * numbers.length);
  for (const number of numbers) writer.long(number);
  return writer.written();
}

/** Writes values of Avro; `capacity` is the most bytes that they may have. */
function createWriter(capacity: number) {
  const bytes = Buffer.allocUnsafe(capacity);
  let at = 0;

  /** Not negative: 7 bits a byte, lowest first, the lowest bit of all for the sign. */
  function long(number: number): void {
    let rest = number * 2;
    while (rest > 0x7f) {
      bytes[at] = (rest % 0x80) | 0x80;
      at += 1;
      rest = Math.floor(rest / 0x80);
    }
    bytes[at] = rest;
    at += 1;
  }

  function string(text: string): void {
    const length = Buffer.byteLength(text);
    long(length);
    at += bytes.write(text, at);
  }

  /** One group of entries, and an empty one that ends the map. */
  function map(entries: readonly (readonly [string, string])[]): void {
    if (entries.length > 0) long(entries.length);
    for (const [name, value] of entries) {
      string(name);
      string(value);
    }
    long(0);
  }

  return { long, string, map, written: () => bytes.subarray(0, at) };
}
