import { expect, test } from "vitest";
import { longestHeader, readFrameHeader } from "../../../../shared/codec/frame-header.ts";

const magic = "28b52ffd";

// RFC 8878, 3.1.1.1: descriptor, window, dictionary, content size.
test.each([
  ["of one byte", "20 05", 6, 5, false],
  ["with a checksum behind the frame", "24 ff", 6, 255, true],
  ["of two bytes, from 256 on", "60 0001", 7, 512, false],
  ["of two bytes behind a window", "40 70 0001", 8, 512, false],
  ["of four bytes", "a0 00000100", 9, 65_536, false],
  ["of eight bytes", "e0 0000000001000000", 13, 4_294_967_296, false],
  ["behind a dictionary of one byte", "21 07 05", 7, 5, false],
  ["behind a dictionary of two bytes", "22 0700 05", 8, 5, false],
  ["behind a dictionary of four bytes", "23 07000000 05", 10, 5, false],
  ["of the longest header", "c7 70 07000000 0500000000000000", 18, 5, true],
])("a size %s", (_, hex, headerBytes, contentBytes, hasChecksum) => {
  const header = Buffer.from(magic + hex.replaceAll(" ", ""), "hex");
  expect(header).toHaveLength(headerBytes);
  expect(readFrameHeader(header)).toEqual({ headerBytes, contentBytes, hasChecksum });
  expect(readFrameHeader(Buffer.concat([header, Buffer.of(1, 2, 3)]))).toEqual({
    headerBytes,
    contentBytes,
    hasChecksum,
  });
  // Cut short, it says nothing.
  expect(readFrameHeader(header.subarray(0, -1))).toBeUndefined();
});

test("none is longer than 18 bytes", () => {
  expect(longestHeader).toBe(18);
});

test.each([
  ["says no size", `${magic}0070`],
  ["is only a magic number", magic],
  ["is nothing", ""],
  ["is gzip", "1f8b0800000000000003"],
])("a header that %s is none", (_, hex) => {
  expect(readFrameHeader(Buffer.from(hex, "hex"))).toBeUndefined();
});
