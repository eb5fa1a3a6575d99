import { type EventId, eventIdOfText } from "../../shared/events/event-id.ts";

/** Where a record of the network is: https://atproto.com/specs/at-uri-scheme */
export type Address = { did: string; collection: string; rkey: string };

/** Collections of a repository: its posts, and its reposts. */
export const postCollection = "app.bsky.feed.post";
export const repostCollection = "app.bsky.feed.repost";

/** https://atproto.com/specs/did and https://atproto.com/specs/record-key */
const did = /^did:[a-z]+:[A-Za-z0-9._:%-]+$/;
const recordKey = /^[A-Za-z0-9._:~-]+$/;
const address = /^at:\/\/(did:[a-z]+:[A-Za-z0-9._:%-]+)\/([a-zA-Z0-9.-]+)\/([A-Za-z0-9._:~-]+)$/;

/** The parts of `at://did:plc:…/app.bsky.feed.post/3mptbyoeyc22k`, or undefined. */
export function readAddress(uri: unknown): Address | undefined {
  if (typeof uri !== "string" || uri.length > maxAddress) return undefined;
  const [, did, collection, rkey] = address.exec(uri) ?? [];
  return did && collection && rkey ? { did, collection, rkey } : undefined;
}

const maxAddress = 1_024;

/**
 * Identity of a post, `bluesky:<did>/<rkey>`, or of a repost, `bluesky:<did>/repost/<rkey>`, because two
 * collections may have records of the same key; and of the account that it is of.
 */
export function identify({ did: account, collection, rkey }: Address): Identity | undefined {
  const author = accountId(account);
  if (author === undefined || !recordKey.test(rkey)) return undefined;
  const path = collection === repostCollection ? `repost/${rkey}` : rkey;
  const id = eventIdOfText("bluesky", `${account}/${path}`);
  return id && { id, author };
}

type Identity = { id: EventId; author: EventId };

/** Identity of an account, `bluesky:<did>`. Names change, this does not. */
export const accountId = (account: unknown): EventId | undefined =>
  typeof account === "string" && did.test(account) ? eventIdOfText("bluesky", account) : undefined;

/** Identity of the post at an address, and of its author; undefined for an address of something else. */
export function identifyPost(uri: unknown): Identity | undefined {
  const found = readAddress(uri);
  return found?.collection === postCollection ? identify(found) : undefined;
}
