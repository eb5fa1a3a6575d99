import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { measurePayload } from "../../../../shared/codec/measure-payload.ts";

const measure = (data: Buffer, encoding?: string) =>
  measurePayload({
    payload: data.toString("base64"),
    attributes: encoding === undefined ? {} : { "content-encoding": encoding },
  });

const noisy = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255));

test.each([0, 1, 2, 3, 255, 256, 257, 65_791, 65_792, 200_000, 300_000])(
  "%d bytes, compressed once",
  (length) => {
    expect(measure(zstdCompressSync(noisy.subarray(0, length)), "zstd")).toBe(length);
  },
);

test("several frames, with a checksum and without, one of repeated bytes", () => {
  const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
  const frames = [
    zstdCompressSync(noisy, checked),
    zstdCompressSync(Buffer.alloc(1_000_000)),
    zstdCompressSync(Buffer.from("a"), checked),
  ];
  expect(measure(Buffer.concat(frames), "zstd")).toBe(1_300_001);
});

test("a bomb is taken for as much as any message may be, whatever it declares", () => {
  expect(measure(zstdCompressSync(Buffer.alloc(30_000_000)), "zstd")).toBe(10_000_000);
  const huge = zstdCompressSync(noisy);
  // The descriptor of a frame whose size has eight bytes.
  huge[4] = 0xe0;
  huge.fill(0xff, 5, 13);
  expect(measure(huge, "zstd")).toBe(10_000_000);
});

test.each([
  ["what declares no size", zstdCompressSync(noisy).with(4, 0)],
  ["something behind a frame", Buffer.concat([zstdCompressSync(noisy), Buffer.from("more text")])],
  ["no zstd", Buffer.from("not zstd at all")],
  ["two bytes", Buffer.from("ab")],
  ["gzip, which tells it only of its last member", gzipSync(noisy)],
])("%s is taken for the largest", (_, data) => {
  const encoding = data[0] === 0x1f ? "gzip" : "zstd";
  expect(measure(Buffer.from(data), encoding)).toBe(10_000_000);
});

test.each([9, 10, 11, 12, 2_000])(
  "a frame that is cut short after %d bytes is measured by what is there of it",
  (length) => {
    expect(measure(zstdCompressSync(noisy).subarray(0, length), "zstd")).toBe(300_000);
  },
);

test("what is called gzip is taken for the largest, whatever it is", () => {
  expect(measure(zstdCompressSync(noisy), "gzip")).toBe(10_000_000);
});

test("data without compression, or in an encoding that nobody reads, has its own length", () => {
  expect(measure(Buffer.from("12345"))).toBe(5);
  expect(measure(Buffer.from("12345"), "br")).toBe(5);
});
