import { expect, test } from "vitest";
import { mentionsIn, reactionTo } from "../../../../functions/normalize-tweets/find-reactions.ts";

test("a user is reacted to by their id, with their tweet and their followers", () => {
  const user = { id_str: "56", id: 57, followers_count: 7 };
  expect(reactionTo("quote", user, "906")).toEqual([
    { influencer: "x:56", kind: "quote", target: "x:906", followers: 7 },
  ]);
  expect(reactionTo("reply", { id: 56 })).toEqual([
    { influencer: "x:56", kind: "reply", target: undefined, followers: undefined },
  ]);
});

test.each([906, "", "nine", null])("a tweet %j is no target", (tweet) => {
  expect(reactionTo("quote", { id_str: "56" }, tweet)[0]?.target).toBeUndefined();
});

test.each([undefined, null, {}, { id_str: "bob" }])("nobody is reacted to by %j", (user) => {
  expect(reactionTo("quote", user, "906")).toEqual([]);
});

test.each([
  [{ user_mentions: [{ id_str: "1" }, { id: 2 }] }, ["x:1", "x:2"]],
  [{ mentions: [{ id: "3", username: "bob" }] }, ["x:3"]],
  [{ user_mentions: [{ id_str: "1" }], mentions: [{ id: "3" }] }, ["x:1"]],
  [{ mentions: [null, 7, "x", { username: "bob" }, { id: "3" }] }, ["x:3"]],
  [{ mentions: null }, []],
  [{ mentions: { id: "3" } }, []],
  [{}, []],
  [null, []],
  ["mentions", []],
])("the mentions of %j are %j", (entities, mentioned) => {
  const reactions = mentionsIn(entities);
  expect(reactions.map(({ influencer }) => influencer)).toEqual(mentioned);
  for (const { kind } of reactions) expect(kind).toBe("mention");
});
