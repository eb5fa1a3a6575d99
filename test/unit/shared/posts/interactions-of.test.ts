import { expect, test } from "vitest";
import { eventIdOf } from "../../../../shared/events/event-id.ts";
import { interactionsOf } from "../../../../shared/posts/interactions-of.ts";
import type { Post, Reaction } from "../../../../shared/posts/post-item.ts";
import { interactions } from "../../../../shared/streams/interactions.ts";

const idOf = (nativeId: string) => {
  const id = eventIdOf("x", nativeId);
  if (id === undefined) throw new Error(`no id: ${nativeId}`);
  return id;
};
const post = (reactions: Reaction[], more: Partial<Post> = {}): Post => ({
  id: idOf("9"),
  createdAt: Date.parse("2019-07-03T06:29:00Z"),
  author: "x:1",
  kind: "reply",
  links: [],
  alsoKnownAs: [],
  revision: "00000000.01.300.abcdef",
  interactions: reactions,
  ...more,
});

test("each user is there once, in the way that weighs most, and the author never", () => {
  const events = interactionsOf(
    post([
      { influencer: "x:2", kind: "mention" },
      { influencer: "x:2", kind: "reply", target: idOf("8") },
      { influencer: "x:2", kind: "mention" },
      { influencer: "x:3", kind: "quote", followers: 7 },
      { influencer: "x:1", kind: "mention" },
    ]),
    "x",
  );
  const common = {
    id: "x:9",
    event_time: "2019-07-03T06:29:00.000Z",
    influenced: "x:1",
    source: "x",
    revision: "00000000.01.300.abcdef",
  };
  expect(events).toEqual([
    { ...common, influencer: "x:2", kind: "reply", is_reshare: false, target: "x:8", weight: 2 },
    {
      ...common,
      influencer: "x:3",
      kind: "quote",
      is_reshare: true,
      influencer_followers: 7,
      weight: 3,
    },
  ]);
  expect(events.map((event) => interactions.event.safeParse(event).error)).toEqual([
    undefined,
    undefined,
  ]);
});

test("an edit that reacts to nobody withdraws what was told before, and a first version need not", () => {
  expect(interactionsOf(post([]), "x")).toEqual([]);
  const edited = interactionsOf(post([], { revision: "0000abcd.01.300.abcdef" }), "x");
  expect(edited).toEqual([
    {
      id: "x:9",
      event_time: "2019-07-03T06:29:00.000Z",
      source: "x",
      revision: "0000abcd.01.300.abcdef",
      weight: 0,
    },
  ]);
  expect(interactions.event.safeParse(edited[0]).success).toBe(true);
});

test("whose author is not known, influences nobody that could be named", () => {
  const { author: _, ...anonymous } = post([{ influencer: "x:2", kind: "mention" }]);
  expect(interactionsOf(anonymous, "x")).toEqual([]);
});

test("of two reactions to a user that weigh the same the first is told", () => {
  const reactions: Reaction[] = [
    { influencer: "x:2", kind: "reply", target: idOf("8") },
    { influencer: "x:2", kind: "reply", target: idOf("7") },
  ];
  expect(interactionsOf(post(reactions), "x").map(({ target }) => target)).toEqual(["x:8"]);
});
