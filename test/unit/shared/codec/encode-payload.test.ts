import { zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { encodePayload } from "../../../../shared/codec/encode-payload.ts";

test("what is billed as 1 KiB anyhow is left as it is", () => {
  const small = Buffer.alloc(1_024, "a");
  expect(encodePayload(small)).toEqual({ data: small, attributes: {} });
});

test("what is larger is compressed, with a checksum, and says so", () => {
  const { data, attributes } = encodePayload(Buffer.alloc(1_025, "a"));
  expect(attributes).toEqual({ "content-encoding": "zstd" });
  expect(data.length).toBeLessThan(100);
  expect(zstdDecompressSync(data).toString()).toBe("a".repeat(1_025));
  // RFC 8878, 3.1.1.1.1.5: the flag of a checksum.
  expect((data[4] ?? 0) & 4).toBe(4);
});

test("what compression makes no smaller is left as it is", () => {
  let state = 1;
  const noise = Buffer.from(
    Array.from({ length: 2_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state >> 8;
    }),
  );
  expect(encodePayload(noise)).toEqual({ data: noise, attributes: {} });
});
