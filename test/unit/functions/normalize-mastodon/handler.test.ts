import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/normalize-mastodon/config.ts";
import { createHandler } from "../../../../functions/normalize-mastodon/handler.ts";
import { deliverPosts } from "../../../support/deliver-posts.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-02T12:00:00Z");
const status = {
  id: "7",
  created_at: "2026-01-02T11:00:00.000Z",
  uri: "https://a.example/users/ann/statuses/7",
  content: "<p>hello</p>",
  account: { url: "https://a.example/@ann" },
};
const message = messagePublished(JSON.stringify(status), "mastodon-statuses", "m1", {
  attributes: { server: "a.example" },
});
const configOf = (STORE_TEXT: string) =>
  parseConfig({ GOOGLE_CLOUD_PROJECT: "p", K_REVISION: "v1", STORE_TEXT });

test("a message becomes statuses of its server, with their text where that is kept", async () => {
  const deliver = (storesText: string) =>
    deliverPosts(createHandler, message, { config: configOf(storesText), now });
  const receipt = {
    id: `mastodon:${status.uri}`,
    source: "mastodon",
    alias: "mastodon:a.example/7",
  };
  expect(await deliver("true")).toMatchObject({ "append-posts": [{ ...receipt, text: "hello" }] });
  expect((await deliver("false"))["append-posts"]).not.toHaveProperty("0.text");
});

test("is not acknowledged when something of it is not safe", async () => {
  const refusing = { config: configOf("true"), now, refused: "append-posts" };
  await expect(deliverPosts(createHandler, message, refusing)).rejects.toThrow("unavailable");
});

test("names the variables that are missing", () => {
  expect(() => parseConfig({})).toThrow("GOOGLE_CLOUD_PROJECT");
});
