import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflateGzip, isGzip } from "../../../../shared/objects/inflate-gzip.ts";

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

async function inflate(source: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of inflateGzip(source)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const one = gzipSync('{"a":1}\n');
const two = gzipSync('{"b":2}\n');
const zeros = Buffer.alloc(700);

describe("gzip", () => {
  test.each<[string, Buffer, string]>([
    ["one member", one, '{"a":1}\n'],
    ["members in a row", Buffer.concat([one, two, one]), '{"a":1}\n{"b":2}\n{"a":1}\n'],
    ["an empty member between", Buffer.concat([one, gzipSync(""), two]), '{"a":1}\n{"b":2}\n'],
    ["zeros at the end", Buffer.concat([one, two, zeros]), '{"a":1}\n{"b":2}\n'],
  ])("of %s is read to its end", async (_name, bytes, text) => {
    for (const size of [1, 3, one.length, bytes.length]) {
      expect(await inflate(cut(bytes, size))).toBe(text);
    }
  });

  const flipped = (at: number) => {
    const bytes = Buffer.concat([one, two]);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const last = one.length + two.length - 1;
  test.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "truncated-object"],
    ["half a header", one.subarray(0, 5), "truncated-object"],
    ["a member without its last byte", one.subarray(0, -1), "truncated-object"],
    ["half a second member", Buffer.concat([one, two.subarray(0, 15)]), "truncated-object"],
    ["a wrong CRC", flipped(last - 7), "corrupt-object"],
    ["a wrong length", flipped(last), "corrupt-object"],
    ["a wrong CRC of the first member", flipped(one.length - 8), "corrupt-object"],
    ["text behind it", Buffer.concat([one, Buffer.from("garbage, and more")]), "corrupt-object"],
    // The platform's own decompression takes the next two for whole files.
    ["text behind zeros", Buffer.concat([one, zeros, Buffer.from("x")]), "corrupt-object"],
    ["a member behind zeros", Buffer.concat([one, zeros, two]), "corrupt-object"],
    ["no gzip", Buffer.from('{"a":1}\n{"b":2}\n'), "corrupt-object"],
  ])("of %s is refused", async (_name, bytes, reason) => {
    for (const size of [1, 3, one.length, 100_000]) {
      await expect(inflate(cut(bytes, size))).rejects.toMatchObject({ reason });
    }
  });

  test.each([
    ["the gzip content is cut short", one.subarray(0, -1)],
    ["the gzip content is damaged", flipped(last)],
    ["something else follows the gzip content", Buffer.concat([one, zeros, two])],
  ])("that is refused is said to be so: %s", async (message, bytes) => {
    await expect(inflate(cut(bytes, 100_000))).rejects.toThrow(message);
  });

  test("passes on what its source throws, as it is", async () => {
    async function* broken() {
      yield one;
      throw new Error("connection lost");
    }
    await expect(inflate(broken())).rejects.toThrow("connection lost");
    async function* brokenAfterZeros() {
      yield Buffer.concat([one, zeros]);
      yield zeros;
      throw new Error("connection lost");
    }
    await expect(inflate(brokenAfterZeros())).rejects.toThrow("connection lost");
  });

  test("closes its source when nobody reads on", async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield one;
      } finally {
        isClosed = true;
      }
    }
    for await (const piece of inflateGzip(endless())) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(isClosed).toBe(true);
  });
});

test.each([
  ["two bytes", Buffer.of(0x1f, 0x8b), true],
  ["a member", gzipSync(""), true],
  ["one byte", Buffer.of(0x1f), false],
  ["nothing", Buffer.of(), false],
  ["text", Buffer.from("{}"), false],
])("content that begins with %s is gzip: %s", (_, head, expected) => {
  expect(isGzip(head)).toBe(expected);
});
