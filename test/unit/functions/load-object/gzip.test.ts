import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type GzipLimits, verifyGzip } from "../../../../functions/load-object/verify-gzip.ts";

const mebibyte = 1024 * 1024;
const limits: GzipLimits = { lineBytes: mebibyte, contentBytes: 64 * mebibyte, ratio: 250 };

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

const one = gzipSync('{"a":1}\n');
const two = gzipSync('{"b":2}\n');
const zeros = Buffer.alloc(700);

describe("gzip", () => {
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
      await expect(verifyGzip(cut(bytes, size), bytes.length, limits)).rejects.toMatchObject({
        reason,
      });
    }
  });
});

describe("limits of gzip content", () => {
  const verify = (content: Buffer, changed: Partial<GzipLimits> = {}) => {
    const bytes = gzipSync(content, { level: 9 });
    return verifyGzip(cut(bytes, 65_536), bytes.length, { ...limits, ...changed });
  };
  const lines = (count: number) => Buffer.from('{"id":"1"}\n'.repeat(count));

  test("refuse zeros that inflate to a thousand times their size", async () => {
    const bomb = verify(Buffer.alloc(20 * mebibyte));
    await expect(bomb).rejects.toMatchObject({ reason: "decompression-bomb" });
  });

  test("refuse short lines that do", async () => {
    const bomb = verify(lines((20 * mebibyte) / 11));
    await expect(bomb).rejects.toMatchObject({ reason: "decompression-bomb" });
  });

  test("let long lines of text pass, which fail for themselves", async () => {
    const long = Buffer.concat([Buffer.alloc(20 * mebibyte, "x"), Buffer.from("\n")]);
    await expect(verify(Buffer.concat([long, lines(3), long]))).resolves.toBeUndefined();
  });

  test("let through what is small", async () => {
    await expect(verify(Buffer.alloc(8 * mebibyte))).resolves.toBeUndefined();
  });

  test("bound the content, too", async () => {
    const refused = verify(lines(100), { contentBytes: 1_099 });
    await expect(refused).rejects.toMatchObject({ reason: "object-too-large" });
    await expect(verify(lines(100), { contentBytes: 1_100 })).resolves.toBeUndefined();
  });
});
