import { expect, test } from "vitest";
import { countItems } from "../../../../shared/posts/count-items.ts";

test.each<[string, unknown, number]>([
  ["a value", "text", 1],
  ["nothing", null, 1],
  ["a record without lists", { id: 1, user: { posts: [1, 2, 3] } }, 1],
  ["a page", { data: [1, 2, 3], includes: { tweets: [4, 5] } }, 3],
  ["a page with two lists", { data: [1, 2, 3], errors: [4, 5] }, 5],
  ["a list of values", [1, 2, 3], 3],
  ["no items", [], 0],
  ["a list of pages", [{ data: [1, 2] }, { data: [3, 4, 5] }, {}], 6],
  ["a page with a page inside of its message", { message: { data: [1, 2] }, errors: [3] }, 3],
  ["a message with a list", { message: [1, 2, 3] }, 3],
  ["a page with nothing", { data: [] }, 1],
])("%s", (_, record, items) => {
  expect(countItems(record)).toBe(items);
});
