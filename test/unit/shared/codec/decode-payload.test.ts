import { syncBuiltinESMExports } from "node:module";
import zlib, { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodePayload } from "../../../../shared/codec/decode-payload.ts";
import { encodePayload } from "../../../../shared/codec/encode-payload.ts";

const text = Buffer.from(`{"text":"${"abc ".repeat(1_000)}"}\n`);
const zstd = zstdCompressSync(text);
const gzip = gzipSync(text);
/** A frame that readers skip (RFC 8878, 3.1.2). */
const skippable = Buffer.from("502a4d1804000000deadbeef", "hex");
/** A frame with a window of 16 MiB, and one that needs dictionary 1; both of a raw block `a`. */
const hugeWindow = Buffer.from("28b52ffd007009000061", "hex");
const withDictionary = Buffer.from("28b52ffd2101010900".concat("0061"), "hex");

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
};

/** A decoded payload is as large as it is: a failing comparison must not print it. */
const reasonOf = (decoded: ReturnType<typeof decodePayload>) =>
  Buffer.isBuffer(decoded) ? `${decoded.length} bytes` : decoded.reason;

describe("data", () => {
  test.each<[string, Buffer, string | undefined, Buffer]>([
    ["without an encoding", text, undefined, text],
    ["with an encoding of none", text, "identity", text],
    ["with an empty encoding", text, "", text],
    ["in gzip", gzip, "gzip", text],
    ["in gzip of two members", Buffer.concat([gzip, gzip]), "gzip", Buffer.concat([text, text])],
    ["in zstd", zstd, "zstd", text],
    ["in zstd of two frames", Buffer.concat([zstd, zstd]), "zstd", Buffer.concat([text, text])],
    ["in zstd with frames to skip", Buffer.concat([skippable, zstd, skippable]), "zstd", text],
    ["of nothing, in gzip", gzipSync(""), "gzip", Buffer.alloc(0)],
  ])("%s is read", (_, bytes, encoding, expected) => {
    const decoded = decodePayload(bytes, encoding);
    expect(Buffer.isBuffer(decoded) && decoded.equals(expected)).toBe(true);
  });

  test.each<[string, Buffer, string, string]>([
    ["an unknown encoding", text, "br", "unsupported-encoding"],
    ["two encodings", gzip, "gzip, zstd", "unsupported-encoding"],
    ["text that is no gzip", text, "gzip", "corrupt-data"],
    ["text that is no zstd", text, "zstd", "corrupt-data"],
    ["gzip that is said to be zstd", gzip, "zstd", "corrupt-data"],
    ["zstd that is said to be gzip", zstd, "gzip", "corrupt-data"],
    ["damaged gzip", flipped(gzip, gzip.length - 6), "gzip", "corrupt-data"],
    ["damaged zstd", flipped(encodePayload(text).data, 20), "zstd", "corrupt-data"],
    ["gzip with something behind it", Buffer.concat([gzip, text]), "gzip", "corrupt-data"],
    ["gzip with zeros behind it", Buffer.concat([gzip, Buffer.alloc(9)]), "gzip", "corrupt-data"],
    ["zstd with something behind it", Buffer.concat([zstd, text]), "zstd", "corrupt-data"],
    ["half of gzip", gzip.subarray(0, gzip.length / 2), "gzip", "truncated-data"],
    ["half of zstd", zstd.subarray(0, zstd.length / 2), "zstd", "truncated-data"],
    [
      "half of a second member",
      Buffer.concat([gzip, gzip.subarray(0, 30)]),
      "gzip",
      "truncated-data",
    ],
    [
      "half of a second frame",
      Buffer.concat([zstd, zstd.subarray(0, 9)]),
      "zstd",
      "truncated-data",
    ],
    ["no data", Buffer.alloc(0), "zstd", "truncated-data"],
    ["a window of 16 MiB", hugeWindow, "zstd", "unsupported-encoding"],
    ["a dictionary", withDictionary, "zstd", "unsupported-encoding"],
  ])("that is %s is none", (_, bytes, encoding, reason) => {
    expect(reasonOf(decodePayload(bytes, encoding))).toBe(reason);
  });
});

test.each<[string, Buffer, string, string]>([
  ["an unknown encoding", text, "br", "neither gzip nor zstd"],
  ["no gzip", text, "gzip", "not gzip data, or damaged"],
  ["no zstd", text, "zstd", "not zstd data, or damaged"],
  ["half of gzip", gzip.subarray(0, 20), "gzip", "the gzip data is cut short"],
  ["half of zstd", zstd.subarray(0, 9), "zstd", "the zstd data is cut short"],
  [
    "zeros behind gzip",
    Buffer.concat([gzip, Buffer.alloc(9)]),
    "gzip",
    "something else follows the gzip data",
  ],
  ["a window of 16 MiB", hugeWindow, "zstd", "zstd with a window of more than 8 MiB"],
  ["a dictionary", withDictionary, "zstd", "zstd with a dictionary"],
  [
    "a bomb",
    zstdCompressSync(Buffer.alloc(10_000_001)),
    "zstd",
    "more than 10000000 bytes when decompressed",
  ],
])("data of %s says what is wrong with it", (_, bytes, encoding, message) => {
  expect(decodePayload(bytes, encoding)).toMatchObject({ message });
});

test("a hundred frames are read, and what follows them is not", () => {
  const frames = (count: number) =>
    Buffer.concat(Array.from({ length: count }, () => zstdCompressSync("a")));
  expect(reasonOf(decodePayload(frames(100), "zstd"))).toBe("100 bytes");
  expect(decodePayload(frames(101), "zstd")).toEqual({
    reason: "corrupt-data",
    message: "something else follows the zstd data",
  });
});

describe("what is no error of the data is thrown:", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  test.each([
    ["no memory is left", { code: "ZSTD_error_memory_allocation" }],
    ["an argument is wrong", { code: "ERR_INVALID_ARG_TYPE" }],
    ["nobody knows what it is", {}],
  ])("%s", (_, code) => {
    const failure = Object.assign(new Error("failed"), code);
    vi.spyOn(zlib, "zstdDecompressSync").mockImplementation(() => {
      throw failure;
    });
    syncBuiltinESMExports();
    expect(() => decodePayload(zstd, "zstd")).toThrow(failure);
  });
});

describe("a frame of zstd", () => {
  test.each([0, 1, 255, 256, 257, 65_791, 65_792, 300_000, 2_000_000])(
    "of %i bytes is read whatever way it says its size",
    (length) => {
      const content = Buffer.alloc(length, "abcdefg");
      const decoded = decodePayload(zstdCompressSync(content), "zstd");
      expect(Buffer.isBuffer(decoded) && decoded.equals(content)).toBe(true);
    },
  );

  test.each([
    ["less", 0x00, 0x00],
    ["more", 0xff, 0xff],
  ])("that says %s than it holds is damaged", (_, low, high) => {
    const lying = Buffer.from(zstd);
    lying.set([low, high], 5);
    expect(reasonOf(decodePayload(lying, "zstd"))).toBe("corrupt-data");
  });

  test("that ends in its header is cut short", () => {
    for (let length = 1; length < 14; length++) {
      expect(reasonOf(decodePayload(zstd.subarray(0, length), "zstd"))).toBe("truncated-data");
    }
  });
});

describe("bombs", () => {
  const most = Buffer.alloc(10_000_000, " ");

  test.each<[string, Buffer, string]>([
    ["gzip", gzipSync(Buffer.concat([most, Buffer.from(" ")])), "gzip"],
    ["zstd", zstdCompressSync(Buffer.concat([most, Buffer.from(" ")])), "zstd"],
    [
      "zstd of many frames",
      Buffer.concat([zstdCompressSync(most), zstdCompressSync(Buffer.from(" "))]),
      "zstd",
    ],
    ["gzip of many members", Buffer.concat([gzipSync(most), gzipSync(most)]), "gzip"],
  ])("of more than 10 MB in %s are not read", (_, bytes, encoding) => {
    expect(reasonOf(decodePayload(bytes, encoding))).toBe("decompression-bomb");
  });

  test.each([
    ["gzip", gzipSync(most)],
    ["zstd", zstdCompressSync(most)],
  ])("of exactly 10 MB in %s are none", (encoding, bytes) => {
    expect(reasonOf(decodePayload(bytes, encoding))).toBe("10000000 bytes");
  });

  test("take no more memory than what they may become", () => {
    const block = zstdCompressSync(Buffer.alloc(100_000_000));
    const bomb = Buffer.concat(Array.from({ length: 100 }, () => block));
    const inflate = () => {
      for (let turn = 0; turn < 10; turn++) {
        expect(reasonOf(decodePayload(bomb, "zstd"))).toBe("decompression-bomb");
      }
    };
    // What other tests of this process have left, and the first turns leave, is collected by then.
    inflate();
    const before = process.memoryUsage().rss;
    inflate();
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test("of a million frames are given up soon", () => {
    const frames = Buffer.concat(Array.from({ length: 10_000 }, () => skippable));
    expect(reasonOf(decodePayload(frames, "zstd"))).toBe("corrupt-data");
  });
});

describe("encoding", () => {
  test("leaves alone what is small, and what would grow", () => {
    const small = Buffer.alloc(1_024, "a");
    expect(encodePayload(small)).toEqual({ data: small, attributes: {} });
    expect(encodePayload(gzip)).toEqual({ data: gzip, attributes: {} });
    const noise = Buffer.from(
      Array.from({ length: 4_096 }, (_, n) => (Math.imul(n + 1, 2_654_435_761) >>> 13) & 0xff),
    );
    expect(encodePayload(noise).data.length).toBeLessThanOrEqual(noise.length);
  });

  test("tells what it is and can be read again", () => {
    const { data, attributes } = encodePayload(text);
    expect(attributes).toEqual({ "content-encoding": "zstd" });
    expect(data.length).toBeLessThan(100);
    expect(decodePayload(data, "zstd")).toEqual(text);
  });
});
