import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/normalize-items/config.ts";
import { createHandler } from "../../../../functions/normalize-items/handler.ts";
import { deliverPosts } from "../../../support/deliver-posts.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-02T12:00:00Z");
const story = { objectID: "1", created_at_i: 1_767_312_000, title: "A title", author: "ann" };
const message = (source: string) =>
  messagePublished(JSON.stringify(story), "items", "m1", { attributes: { source } });
const configOf = (STORE_TEXT: string) =>
  parseConfig({ GOOGLE_CLOUD_PROJECT: "p", K_REVISION: "v1", STORE_TEXT });

test("a message becomes what its attribute names, with its text where that is kept", async () => {
  const deliver = (source: string, storesText: string) =>
    deliverPosts(createHandler, message(source), { config: configOf(storesText), now });
  expect(await deliver("hacker-news", "true")).toMatchObject({
    "append-posts": [{ id: "hacker-news:1", source: "hacker-news", text: "A title" }],
  });
  expect((await deliver("hacker-news", "false"))["append-posts"]).not.toHaveProperty("0.text");
  expect(await deliver("myspace", "true")).toMatchObject({
    "failed-events": [{ stage: "normalize-items", function_version: "v1" }],
  });
});

test("is not acknowledged when something of it is not safe", async () => {
  const refusing = { config: configOf("true"), now, refused: "append-posts" };
  const delivered = deliverPosts(createHandler, message("hacker-news"), refusing);
  await expect(delivered).rejects.toThrow("unavailable");
});

test("names the variables that are missing", () => {
  expect(() => parseConfig({})).toThrow("GOOGLE_CLOUD_PROJECT");
});
