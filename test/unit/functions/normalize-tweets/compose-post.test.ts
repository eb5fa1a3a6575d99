import { describe, expect, test } from "vitest";
import { composePost } from "../../../../functions/normalize-tweets/compose-post.ts";
import { eventIdOf } from "../../../../shared/events/event-id.ts";

const idOf = (nativeId: string) => {
  const id = eventIdOf("x", nativeId);
  if (id === undefined) throw new Error(`no id: ${nativeId}`);
  return id;
};
const first = "1146304818337722368";
const compose = (more: Partial<Parameters<typeof composePost>[0]> = {}) =>
  composePost({
    id: idOf(first),
    createdAt: Date.parse("2019-07-03T06:29:00Z"),
    version: first,
    kind: "post",
    author: "x:12",
    language: "en",
    text: "look",
    shared: { links: [{ url: "https://example.com/a" }], resolved: 0 },
    isComplete: true,
    ownIds: [first],
    quotedId: undefined,
    reactions: [],
    ...more,
  });

describe("how long after its first version a tweet was written", () => {
  const editOf = (id: string, version: unknown) =>
    compose({ id: idOf(id), version }).revision.slice(0, 8);

  test.each([
    ["is nothing for the first", first, first, "00000000"],
    // 2 ** 22 ids are given in a ms; 1,000 ms are `rs` in base 36.
    ["is in the ids", first, "1146304822532026368", "000000rs"],
    ["is 1 ms at least", first, "1146304818337722369", "00000001"],
    ["is the number of ids between, where those tell no time", "20", "56", "00000010"],
    ["is not told by an earlier one", first, "1146304818337722367", "00000001"],
    ["is not told by one without a time", first, "20", "00000001"],
    ["is not told by what is no id", first, "latest", "00000000"],
    ["is not told by a number", first, 56, "00000000"],
  ])("%s", (_what, id, version, edit) => {
    expect(editOf(id, version)).toBe(edit);
  });
});

test("its other ids are known, where it has links that could be to one of them", () => {
  const ownIds = [first, "20", undefined, "20", 7, "bob", "21"];
  expect(compose({ ownIds }).alsoKnownAs).toEqual(["x:20", "x:21"]);
  expect(compose({ ownIds, shared: { links: [], resolved: 0 } }).alsoKnownAs).toEqual([]);
});

test.each([
  ["906", "x:906"],
  ["", undefined],
  [906, undefined],
  [undefined, undefined],
])("of the quoted id %j it is %j", (quotedId, quotes) => {
  expect(compose({ quotedId }).quotes).toBe(quotes);
});

test("what it does not say is left out, and its text is cut", () => {
  expect(compose({ language: "", text: "" })).toMatchObject({
    language: undefined,
    text: undefined,
  });
  expect(compose({ language: null, text: null })).toMatchObject({
    language: undefined,
    text: undefined,
  });
  expect(compose({ text: "x".repeat(100_001) }).text).toHaveLength(100_000);
  expect(compose()).toMatchObject({ language: "en", text: "look", interactions: [] });
});
