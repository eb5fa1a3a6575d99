import { expect, test } from "vitest";
import { postWords } from "../../../../shared/rows/post-words.ts";

test.each([
  [
    "the words of its text, each once",
    { source: "x", text: "Cats, cats and dogs" },
    ["cats", "and", "dogs"],
  ],
  ["none where the text is not kept", { source: "x" }, []],
  ["none where nobody knows the network", { text: "cats" }, []],
])("a post has %s", (_, row, words) => {
  expect(postWords.from(row)).toEqual({ words });
  expect(postWords.columns.strict().parse({ words })).toEqual({ words });
});
