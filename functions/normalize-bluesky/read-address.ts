import { type EventId, eventIdOfText } from "../../shared/events/event-id.ts";

/** Where a record of the network is: https://atproto.com/specs/at-uri-scheme */
export type Address = { did: string; collection: string; rkey: string };

/** Collections of a repository: its posts, and its reposts. */
export const postCollection = "app.bsky.feed.post";
export const repostCollection = "app.bsky.feed.repost";

/** https://atproto.com/specs/did and https://atproto.com/specs/record-key */
const did = /^did:[a-z]+:[A-Za-z0-9._:%-]+$/;
const postPath = /^did:[a-z]+:[A-Za-z0-9._:%-]+\/[A-Za-z0-9._:~-]+$/;
const repostPath = /^did:[a-z]+:[A-Za-z0-9._:%-]+\/repost\/[A-Za-z0-9._:~-]+$/;
const address = /^at:\/\/(did:[a-z]+:[A-Za-z0-9._:%-]+)\/([a-zA-Z0-9.-]+)\/([A-Za-z0-9._:~-]+)$/;

/** The parts of `at://did:plc:…/app.bsky.feed.post/3mptbyoeyc22k`, or undefined. */
export function readAddress(uri: unknown): Address | undefined {
  const match = typeof uri === "string" && uri.length <= maxAddress ? address.exec(uri) : null;
  const [, account, collection, rkey] = match ?? [];
  return account && collection && rkey ? { did: account, collection, rkey } : undefined;
}

const maxAddress = 1_024;

/**
 * Identity of a post, `bluesky:<did>/<rkey>`, or of a repost, `bluesky:<did>/repost/<rkey>`: two
 * collections may have records of the same key.
 */
export function recordId({ did: account, collection, rkey }: Address): EventId | undefined {
  const isRepost = collection === repostCollection;
  const path = isRepost ? `${account}/repost/${rkey}` : `${account}/${rkey}`;
  return (isRepost ? repostPath : postPath).test(path) ? eventIdOfText("bluesky", path) : undefined;
}

/** Identity of an account, `bluesky:<did>`. Names change, this does not. */
export const accountId = (account: unknown): EventId | undefined =>
  typeof account === "string" && did.test(account) ? eventIdOfText("bluesky", account) : undefined;

/** Identity of the post at an address; undefined for an address of something else. */
export function postIdAt(uri: unknown): EventId | undefined {
  const found = readAddress(uri);
  return found?.collection === postCollection ? recordId(found) : undefined;
}
