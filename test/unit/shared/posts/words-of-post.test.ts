import { expect, test } from "vitest";
import { wordsOfPost } from "../../../../shared/posts/words-of-post.ts";

test.each([
  ["x", "AT&amp;T &lt;3 Café, CAFÉ", ["at", "t", "3", "café"]],
  // Only X escapes what it delivers.
  ["bluesky", "AT&amp;T", ["at", "amp", "t"]],
  [
    "mastodon",
    "東京タワーに行った 🗼 https://example.com/a",
    ["東京タワー", "に", "行", "っ", "た", "https", "example.com", "a"],
  ],
  ["x", `short ${"a".repeat(256)} ${"b".repeat(257)}`, ["short", "a".repeat(256)]],
  ["x", "🗼 …", []],
])("of %s: %j", (source, text, words) => {
  expect(wordsOfPost(source, text)).toEqual(words);
});
