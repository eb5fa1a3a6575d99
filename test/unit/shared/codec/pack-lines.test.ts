import { expect, test } from "vitest";
import { joinLines } from "../../../../shared/codec/pack-lines.ts";

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
