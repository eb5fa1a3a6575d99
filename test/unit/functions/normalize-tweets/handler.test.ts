import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/normalize-tweets/config.ts";
import { createHandler } from "../../../../functions/normalize-tweets/handler.ts";
import { deliverPosts } from "../../../support/deliver-posts.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-02T12:00:00Z");
const tweet = { id: "20", text: "look https://example.com/a", created_at: "2026-01-02T11:00:00Z" };
const message = messagePublished(
  `${JSON.stringify({ data: tweet })}\n{"delete":{"status":{"id_str":"21"}}}`,
);
const configOf = (STORE_TEXT: string) =>
  parseConfig({ GOOGLE_CLOUD_PROJECT: "p", K_REVISION: "v1", STORE_TEXT });

test("a message becomes tweets and deletes, with their text where that is kept", async () => {
  const deliver = (storesText: string) =>
    deliverPosts(createHandler, message, { config: configOf(storesText), now });
  expect(await deliver("true")).toMatchObject({
    "link-shares": [{ id: "x:20", source: "x" }],
    "append-posts": [{ id: "x:20", text: tweet.text }, { outcome: "delete" }],
    "append-tombstones": [{ id: "x:21" }],
  });
  expect((await deliver("false"))["append-posts"]).not.toHaveProperty("0.text");
});

test("is not acknowledged when something of it is not safe", async () => {
  const refusing = { config: configOf("true"), now, refused: "append-tombstones" };
  await expect(deliverPosts(createHandler, message, refusing)).rejects.toThrow("unavailable");
});

test("names the variables that are missing", () => {
  expect(() => parseConfig({})).toThrow("GOOGLE_CLOUD_PROJECT");
});
