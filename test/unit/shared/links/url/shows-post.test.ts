import { expect, test } from "vitest";
import { eventId } from "../../../../../shared/events/event-id.ts";
import { showsPost } from "../../../../../shared/links/url/shows-post.ts";

const did = "did:plc:abcdefghijklmnopqrstuvwx";

test.each([
  ["x.com/i/status/20", "x:20", true],
  ["x.com/i/status/20", "x:21", false],
  ["x.com/nasa", "x:20", false],
  ["example.com/x.com/i/status/20", "x:20", false],
  [`bsky.app/profile/${did}/post/3mptbyoeyc22a`, `bluesky:${did}/3mptbyoeyc22a`, true],
  ["bsky.app/profile/alice.example/post/3mptbyoeyc22a", `bluesky:${did}/3mptbyoeyc22a`, true],
  [
    "bsky.app/profile/alice.example/post/3mptbyoeyc22a?ref_src=embed",
    `bluesky:${did}/3mptbyoeyc22a`,
    true,
  ],
  [`bsky.app/profile/did:plc:other/post/3mptbyoeyc22a`, `bluesky:${did}/3mptbyoeyc22a`, false],
  ["bsky.app/profile/alice.example/post/3mptbyoeyc22b", `bluesky:${did}/3mptbyoeyc22a`, false],
  [
    "bsky.app/profile/alice.example/post/3mptbyoeyc22a/liked-by",
    `bluesky:${did}/3mptbyoeyc22a`,
    false,
  ],
  ["bsky.app/profile/alice.example/feed/3mptbyoeyc22a", `bluesky:${did}/3mptbyoeyc22a`, false],
  ["bsky.app/profile/alice.example", `bluesky:${did}/3mptbyoeyc22a`, false],
  ["bsky.app/profile/alice.example/post/20", "x:20", false],
])("%s shows %s: %s", (urlKey, id, isShown) => {
  expect(showsPost(urlKey, eventId.parse(id))).toBe(isShown);
});
