import { isDeepStrictEqual } from "node:util";
import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";
import avro, { type Schema } from "avsc";
import fc from "fast-check";
import { compress } from "snappyjs";
import { describe, expect, test } from "vitest";
import {
  type ArchivedMessage,
  readArchive,
} from "../../../../../terraform/operate/archive/read-archive.ts";
import { encodeArchive, type ReceivedMessage } from "../../../../local-cloud/encode-archive.ts";
import { archivedMessage, inPieces } from "../../../../support/archived-messages.ts";
import { createRandom } from "../../../../support/create-random.ts";

const subscription = "projects/p/subscriptions/tweets.archive";

/** What is read of a file, and why no more of it. */
async function read(content: Buffer, pieceBytes?: number) {
  const messages: ArchivedMessage[] = [];
  try {
    for await (const batch of readArchive(inPieces(content, pieceBytes))) messages.push(...batch);
  } catch (error) {
    return { messages, error: String(error) };
  }
  return { messages, error: undefined };
}

/** A message in one line, so that two lists of them are compared without printing megabytes. */
const lineOf = (attributes: Readonly<Record<string, string>>, data: Buffer): string =>
  JSON.stringify([
    Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    data.length,
    data.toString("base64"),
  ]);

const linesOf = (messages: readonly ArchivedMessage[]) =>
  messages.map(({ attributes, data }) => lineOf(attributes, data));
const linesOfReceived = (messages: readonly ReceivedMessage[]) =>
  messages.map(({ attributes, data }) => lineOf(attributes, data));

describe("what is archived comes back as it came", () => {
  const messages = [
    archivedMessage(1, { attributes: { "content-encoding": "gzip", ключ: "🙂" } }),
    archivedMessage(2, { data: Buffer.of(0, 255, 10, 13) }),
    archivedMessage(3, { data: Buffer.alloc(0), attributes: { empty: "", toString: "x" } }),
    archivedMessage(4, { data: Buffer.from('{\n  "pretty": true\r\n}\n') }),
  ];

  test.each([1, 7, 65_536])("in pieces of %i bytes", async (pieceBytes) => {
    const found = await read(encodeArchive(subscription, messages), pieceBytes);
    expect(found.error).toBeUndefined();
    expect(linesOf(found.messages)).toEqual(linesOfReceived(messages));
    expect(found.messages.map((one) => [one.message_id, one.publish_time])).toEqual([
      ["1000000000000001", 1_767_323_045_678_001],
      ["1000000000000002", 1_767_323_045_678_002],
      ["1000000000000003", 1_767_323_045_678_003],
      ["1000000000000004", 1_767_323_045_678_004],
    ]);
  });

  test("100,000 random messages", async () => {
    const random = createRandom(11);
    const bytes = Buffer.from(
      Uint32Array.from({ length: 100_000 }, () => random.below(2 ** 32)).buffer,
    );
    const text = (most: number) =>
      String.fromCodePoint(
        ...Array.from({ length: random.below(most) }, () => random.below(0xd800)),
      );
    const many = Array.from({ length: 100_000 }, (_, id) => {
      const length = random.below(id % 100 === 0 ? 100_000 : 200);
      const start = random.below(bytes.length - length);
      const entries = Array.from({ length: random.below(4) }, () => [text(4), text(8)]);
      return archivedMessage(id, {
        data: bytes.subarray(start, start + length),
        attributes: Object.fromEntries(entries),
      });
    });
    const found = await read(encodeArchive(subscription, many));
    expect(found.error).toBeUndefined();
    expect(found.messages).toHaveLength(100_000);
    const wrong = found.messages.findIndex(({ attributes, data }, index) => {
      const sent = many[index];
      return !sent?.data.equals(data) || !isDeepStrictEqual({ ...attributes }, sent.attributes);
    });
    expect(wrong).toBe(-1);
  });
});

const fields = [
  { name: "subscription_name", type: "string" },
  { name: "message_id", type: "string" },
  { name: "publish_time", type: { type: "long", logicalType: "timestamp-micros" } },
  { name: "attributes", type: { type: "map", values: "string" } },
  { name: "data", type: "bytes" },
];
const record = { name: "PubsubMessageWithMetadata", type: "record", fields };
const message = {
  subscription_name: subscription,
  message_id: "17",
  publish_time: 1_767_323_045_678_901,
  attributes: { schema: "raw" },
  data: Buffer.from("{}"),
};

/** A file of another implementation; `compressBlock` belongs to `codec`. */
async function write(
  schema: Schema | object,
  messages: readonly object[],
  codec = "null",
  compressBlock: (block: Buffer) => Buffer = (block) => block,
): Promise<Buffer> {
  const codecs = {
    [codec]: (block: Buffer, done: (error: null, compressed: Buffer) => void) =>
      done(null, compressBlock(block)),
  };
  const type = avro.Type.forSchema(JSON.parse(JSON.stringify(schema)));
  const encoder = new avro.streams.BlockEncoder(type, { codec, codecs });
  const pieces: Buffer[] = [];
  encoder.on("data", (piece: Buffer) => pieces.push(piece));
  const ended = new Promise((resolve) => encoder.on("end", resolve));
  for (const one of messages) encoder.write(one);
  encoder.end();
  await ended;
  return Buffer.concat(pieces);
}

function snappy(block: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(block));
  return Buffer.concat([compress(block), checksum]);
}

describe("files of another implementation", () => {
  test.each([
    ["null", undefined],
    ["deflate", (block: Buffer) => deflateRawSync(block)],
    ["zstandard", (block: Buffer) => zstdCompressSync(block)],
    ["snappy", snappy],
  ])("are read with the codec %s", async (codec, compressBlock) => {
    const messages = Array.from({ length: 1_000 }, (_, id) => ({
      ...message,
      message_id: String(id),
    }));
    const found = await read(await write(record, messages, codec, compressBlock));
    expect(found.error).toBeUndefined();
    expect(found.messages.map(({ message_id }) => message_id)).toEqual(
      messages.map(({ message_id }) => message_id),
    );
    expect(found.messages[7]).toMatchObject({ attributes: { schema: "raw" } });
  });

  test("may have fields in another order, and more of them", async () => {
    const newer = [...fields.toReversed(), { name: "ordering_key", type: "string" }];
    const found = await read(
      await write({ ...record, fields: newer }, [{ ...message, ordering_key: "a" }]),
    );
    expect(found.error).toBeUndefined();
    expect(found.messages).toMatchObject([
      { message_id: "17", publish_time: 1_767_323_045_678_901, attributes: { schema: "raw" } },
    ]);
  });

  test("are refused without metadata: the attributes are lost", async () => {
    const bare = { type: "record", name: "PubsubMessage", fields: [fields[4]] };
    const { error } = await read(await write(bare, [{ data: Buffer.from("{}") }]));
    expect(error).toBe(
      "ArchiveError: holds records PubsubMessage without message_id, publish_time, attributes: only what a Cloud Storage subscription with avro_config { write_metadata = true } writes can be replayed",
    );
  });

  test.each<[string, object, object]>([
    ["no record", { type: "array", items: "string" }, ["a"]],
    [
      "another record",
      { type: "record", name: "User", fields: [{ name: "a", type: "int" }] },
      { a: 1 },
    ],
    [
      "a field of a kind that this version does not know",
      { ...record, fields: [...fields, { name: "more", type: ["null", "string"] }] },
      { ...message, more: null },
    ],
  ])("are refused with %s", async (_what, schema, value) => {
    const found = await read(await write(schema, [value]));
    expect(found.messages).toEqual([]);
    expect(found.error).toContain("ArchiveError: does not hold the records that a Cloud Storage");
  });
});

describe("a file that is damaged", () => {
  const two = encodeArchive(subscription, [
    archivedMessage(1, { data: Buffer.alloc(600_000, "a") }),
    archivedMessage(2, { data: Buffer.alloc(600_000, "b") }),
  ]);
  const sync = two.subarray(-16);
  const headerBytes = two.indexOf(sync) + 16;
  const firstBytes = two.indexOf(sync, headerBytes) + 16;

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["lines", Buffer.from('{"a":1}\n')],
    ["an old version of Avro", Buffer.from("Obj\u0000more")],
  ])("with %s in it is no Avro file", async (_what, content) => {
    expect(await read(content)).toEqual({ messages: [], error: "ArchiveError: is no Avro file" });
  });

  test("is told wherever it was cut, and keeps what came before", async () => {
    const small = encodeArchive(subscription, [archivedMessage(1), archivedMessage(2)]);
    const begin = small.indexOf(small.subarray(-16)) + 16;
    for (let end = 1; end < small.length; end++) {
      const found = await read(small.subarray(0, end));
      expect(found.messages).toEqual([]);
      if (end !== begin) expect(found.error).toMatch(/^ArchiveError: is cut off at byte \d+$/);
    }
    const cut = await read(two.subarray(0, two.length - 1));
    expect(cut.messages).toHaveLength(1);
    expect(cut.error).toBe(`ArchiveError: is cut off at byte ${two.length - 1}`);
  });

  test("with another sync marker tells where it stands", async () => {
    const damaged = Buffer.from(two);
    damaged[two.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    const found = await read(damaged);
    expect(found.messages).toHaveLength(1);
    expect(found.error).toBe(
      `ArchiveError: has another sync marker at byte ${two.length - 16} than at its beginning`,
    );
  });

  test.each([
    ["a block of 2^41 bytes", [2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], "bytes follow"],
    ["a block of -1 bytes", [2, 1], "-1 bytes follow"],
    ["a number without end", Array.from({ length: 20 }, () => 0xff), "there is no number at byte"],
    ["a block of -2 messages", [3, 0], "has a block of -2 messages"],
  ])("with %s is refused at once", async (_what, bytes, message) => {
    const found = await read(Buffer.concat([two.subarray(0, firstBytes), Buffer.from(bytes), two]));
    expect(found.messages).toHaveLength(1);
    expect(found.error).toContain(message);
  });

  test.each([
    ["fewer", 4, "with less than its 2 messages"],
    ["more", 0, "with more than its 0 messages"],
  ])("that has %s messages than it says", async (_what, count, message) => {
    const damaged = Buffer.from(encodeArchive(subscription, [archivedMessage(1)]));
    damaged[damaged.indexOf(damaged.subarray(-16)) + 16] = count;
    expect((await read(damaged)).error).toContain(message);
  });

  test("with a map of 2^48 entries ends at once", async () => {
    const body = Buffer.from([2, 0x61, 2, 0x31, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]);
    const block = [Buffer.of(2, body.length * 2), body, sync];
    const found = await read(Buffer.concat([two.subarray(0, headerBytes), ...block]));
    expect(found.error).toContain("with less than its 1 messages");
  });

  test("that is compressed with something else says with what", async () => {
    const { error } = await read(await write(record, [message], "bzip2"));
    expect(error).toBe(
      "ArchiveError: is compressed with bzip2: only null, deflate, zstandard, snappy can be read",
    );
  });

  test.each([
    ["deflate", Buffer.from("not deflated")],
    ["zstandard", Buffer.from("no frame")],
    ["snappy", Buffer.from("no")],
    ["snappy", Buffer.concat([compress(Buffer.from("a")), Buffer.from("sums")])],
    ["deflate", deflateRawSync(Buffer.alloc(160_000_000), { level: 1 })],
  ])("in a block of %s is refused before it fills memory", async (codec, block) => {
    const found = await read(await write(record, [message], codec, () => block));
    expect(found.messages).toEqual([]);
    expect(found.error).toMatch(/has a block at byte \d+ that cannot be decompressed/);
  });

  test("in any byte gives messages or an error, and never hangs", async () => {
    const small = encodeArchive(subscription, [archivedMessage(1), archivedMessage(2)]);
    const damage = fc.tuple(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(damage, async ([at, change]) => {
        const damaged = Buffer.from(small);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const { messages, error } = await read(damaged);
        expect(messages.length === 2 || error?.startsWith("ArchiveError: ")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
