import { expect, test } from "vitest";
import { joinLines, packLines } from "../../../../shared/codec/pack-lines.ts";

const lines = (count: number) => Array.from({ length: count }, () => "ü");

test.each([
  [0, []],
  [1, [1]],
  [500, [500]],
  [501, [500, 1]],
])("%i lines are bytes in pieces of 500, each line with its end", (count, counts) => {
  const pieces = joinLines(lines(count));
  expect(pieces.map((piece) => piece.count)).toEqual(counts);
  for (const piece of pieces) expect(piece.bytes.toString()).toBe("ü\n".repeat(piece.count));
});

test("what fills a message to the last byte is in it", () => {
  const half = "a".repeat(499_999);
  const ranges = [...packLines(joinLines([half, half, half]))].map(({ data, from, to }) => [
    from,
    to,
    data.length,
  ]);
  expect(ranges).toEqual([
    [0, 2, 999_999],
    [2, 3, 499_999],
  ]);
});
