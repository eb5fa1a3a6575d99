import { expect, test } from "vitest";
import { extractLinks } from "../../../../functions/normalize-bluesky/extract-links.ts";

test.each([
  ["", []],
  [
    "see nyti.ms/a, https://example.com/b and http://example.com/c",
    ["nyti.ms/a", "https://example.com/b", "http://example.com/c"],
  ],
  ["nyti.ms/a nyti.ms/a", ["nyti.ms/a"]],
  ["mail a@example.com, ftp://example.com/a", []],
  ["www.nytimes.com/live/2026...", []],
  ["www.nytimes.com/live/2026… and more", []],
  ["nyti.ms/a ... …", ["nyti.ms/a"]],
])("the links of %j are %j", (text, links) => {
  expect(extractLinks(text)).toEqual(links);
});

test("are in the first 30,000 characters of a text", () => {
  const link = "https://example.com/abc";
  const words = (characters: number) => "word ".repeat(characters / 5);
  expect(extractLinks(`${words(29_900)}${link} ${words(1_000)}`)).toEqual([link]);
  expect(extractLinks(words(30_000) + link)).toEqual([]);
});
