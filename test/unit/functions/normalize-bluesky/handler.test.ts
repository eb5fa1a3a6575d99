import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/normalize-bluesky/config.ts";
import { createHandler } from "../../../../functions/normalize-bluesky/handler.ts";
import { deliverPosts } from "../../../support/deliver-posts.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2026-07-04T15:00:00Z");
const commit = (operation: string) => ({
  did: "did:plc:abc",
  kind: "commit",
  commit: {
    operation,
    collection: "app.bsky.feed.post",
    rkey: "3mptbyoeyc22k",
    record: { text: "hello", createdAt: "2026-07-04T14:38:06.240Z" },
  },
});
const message = messagePublished(
  `${JSON.stringify(commit("create"))}\n${JSON.stringify(commit("delete"))}`,
  "bluesky-events",
);
const configOf = (STORE_TEXT: string) =>
  parseConfig({ GOOGLE_CLOUD_PROJECT: "p", K_REVISION: "v1", STORE_TEXT });

test("a message becomes posts and deletes, with their text where that is kept", async () => {
  const deliver = (storesText: string) =>
    deliverPosts(createHandler, message, { config: configOf(storesText), now });
  const id = "bluesky:did:plc:abc/3mptbyoeyc22k";
  expect(await deliver("true")).toMatchObject({
    "link-shares": [{ id }],
    "append-posts": [{ id, source: "bluesky", text: "hello" }, { outcome: "delete" }],
    "append-tombstones": [{ id }],
  });
  expect((await deliver("false"))["append-posts"]).not.toHaveProperty("0.text");
});

test("is not acknowledged when something of it is not safe", async () => {
  const refusing = { config: configOf("true"), now, refused: "append-posts" };
  await expect(deliverPosts(createHandler, message, refusing)).rejects.toThrow("unavailable");
});

test("names the variables that are missing", () => {
  expect(() => parseConfig({})).toThrow("GOOGLE_CLOUD_PROJECT");
});
