import { expect, test } from "vitest";
import { sharedLinks } from "../../../../functions/normalize-tweets/shared-links.ts";

const slot = "https://t.co/a";
const urlsOf = (urls: object[], more: { text?: string; quotedPermalink?: string } = {}) =>
  sharedLinks({ text: undefined, ...more, entities: { urls } });

test.each([
  [
    { url: slot, expanded_url: "https://b.example" },
    { url: "https://b.example", slot },
  ],
  [{ url: slot, expanded_url: "" }, { url: slot }],
  [{ url: slot, expanded_url: null }, { url: slot }],
  [{ url: null, expanded_url: "https://b.example" }, { url: "https://b.example" }],
  [{ url: "", expanded_url: "https://b.example" }, { url: "https://b.example" }],
  [
    { url: slot, expanded_url: "https://b.example", title: " B\n" },
    { url: "https://b.example", slot, title: "B" },
  ],
  [
    { url: slot, expanded_url: "https://b.example", title: " " },
    { url: "https://b.example", slot },
  ],
])("a link that X has not followed: %j", (entity, link) => {
  expect(urlsOf([entity])).toEqual({ links: [link], resolved: 0 });
});

test.each([
  [{ unwound: { url: "https://c.example", title: "C" }, title: "B" }, "C"],
  [{ unwound: { url: "https://c.example", title: null }, title: "B" }, "B"],
  [{ unwound: { url: null }, unwound_url: "https://c.example", title: "B" }, "B"],
  [{ unwound_url: "https://c.example" }, undefined],
])("a link that X has followed: %j", (followed, title) => {
  expect(urlsOf([{ url: slot, expanded_url: "https://b.example", ...followed }])).toEqual({
    links: [{ url: "https://c.example", slot, ...(title !== undefined && { title }) }],
    resolved: 1,
  });
});

test("each link is there once, in order, and none without an address", () => {
  const entities = ["https://b.example", "https://a.example", "https://b.example"].map(
    (expanded_url) => ({ expanded_url }),
  );
  expect(urlsOf([{}, ...entities, { url: "" }])).toEqual({
    links: [{ url: "https://b.example" }, { url: "https://a.example" }],
    resolved: 0,
  });
});

test("the permalink of the quoted tweet is none", () => {
  const quotedPermalink = "https://twitter.com/a/status/99";
  const urls = [{ expanded_url: quotedPermalink }, { expanded_url: `${quotedPermalink}0` }];
  expect(urlsOf(urls, { quotedPermalink }).links).toEqual([{ url: `${quotedPermalink}0` }]);
});

test.each([
  [null, "see https://example.com/b", ["https://example.com/b"]],
  [undefined, undefined, []],
  [{}, "see https://example.com/b", []],
  [{ urls: null }, "see https://example.com/b", []],
])("beside entities %j and the text %j", (entities, text, urls) => {
  expect(sharedLinks({ entities, text }).links.map(({ url }) => url)).toEqual(urls);
});

test("what is longer than its schema allows is cut; a slot that is too long is none", () => {
  const long = (characters: number) =>
    `https://t.co/${"a".repeat(characters - "https://t.co/".length)}`;
  const [fits, cut] = urlsOf([
    { url: long(2_048), expanded_url: "https://a.example", title: "t".repeat(1_024) },
    { url: long(2_049), expanded_url: long(1_000_001), title: "t".repeat(1_025) },
  ]).links;
  expect([fits?.slot?.length, fits?.title?.length]).toEqual([2_048, 1_024]);
  expect([cut?.url.length, cut?.slot, cut?.title?.length]).toEqual([1_000_000, undefined, 1_024]);
});
