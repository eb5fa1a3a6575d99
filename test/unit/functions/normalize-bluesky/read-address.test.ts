import { expect, test } from "vitest";
import {
  accountId,
  identify,
  identifyPost,
  readAddress,
} from "../../../../functions/normalize-bluesky/read-address.ts";

const post = "at://did:plc:abc/app.bsky.feed.post/3mptbyoeyc22k";

test("an address has an account, a collection and a key", () => {
  expect(readAddress(post)).toEqual({
    did: "did:plc:abc",
    collection: "app.bsky.feed.post",
    rkey: "3mptbyoeyc22k",
  });
  expect(readAddress("at://did:web:a.example%3A80/x-y.z/a.b_c:d~e-1")).toEqual({
    did: "did:web:a.example%3A80",
    collection: "x-y.z",
    rkey: "a.b_c:d~e-1",
  });
});

const longest = `at://did:plc:abc/app.bsky.feed.post/${"a".repeat(988)}`;
test("is no longer than 1,024 characters", () => {
  expect(readAddress(longest)?.rkey).toHaveLength(988);
  expect(readAddress(`${longest}a`)).toBeUndefined();
});

test.each([
  `x${post}`,
  `${post}/x`,
  `${post} x`,
  "at://did:plc:abc/app.bsky.feed.post",
  "at://did:plc:abc/app.bsky.feed.post/",
  "at://a.example/app.bsky.feed.post/3mptbyoeyc22k",
  "https://did:plc:abc/app.bsky.feed.post/3mptbyoeyc22k",
  [post],
  undefined,
])("%j is none", (uri) => {
  expect(readAddress(uri)).toBeUndefined();
});

test("a post and a repost of one key are two", () => {
  const of = (collection: string) => identify({ did: "did:plc:abc", collection, rkey: "k" });
  expect(of("app.bsky.feed.post")).toEqual({
    id: "bluesky:did:plc:abc/k",
    author: "bluesky:did:plc:abc",
  });
  expect(of("app.bsky.feed.repost")?.id).toBe("bluesky:did:plc:abc/repost/k");
});

test.each([
  { did: "did:plc:abc", rkey: "a b" },
  { did: "did:plc:abc", rkey: "a/" },
  { did: "did:plc:abc", rkey: "/a" },
  { did: "did:plc:abc", rkey: "" },
  { did: "did:plc:abc", rkey: "a".repeat(600) },
  { did: "a.example", rkey: "a" },
])("what has no place in a repository has no identity: %j", (address) => {
  expect(identify({ ...address, collection: "app.bsky.feed.post" })).toBeUndefined();
});

test.each(["did:plc:abc/d", "xdid:plc:abc", "did:plc:", "did:PLC:abc", ["did:plc:abc"], 7, null])(
  "%j is no account",
  (account) => {
    expect(accountId(account)).toBeUndefined();
  },
);

test("only the address of a post identifies one", () => {
  expect(identifyPost(post)?.id).toBe("bluesky:did:plc:abc/3mptbyoeyc22k");
  expect(identifyPost("at://did:plc:abc/app.bsky.feed.repost/k")).toBeUndefined();
  expect(identifyPost(undefined)).toBeUndefined();
});
