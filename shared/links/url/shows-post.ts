import type { EventId } from "../../events/event-id.ts";

/**
 * Whether a link shows a post of X or Bluesky, by the key of the link. On X the key is the same for every
 * spelling of a post's address; on Bluesky an author stands there by their DID or by one of their names,
 * which nothing here knows: then the key of the post tells it, which hardly two authors have in common.
 */
export function showsPost(urlKey: string, id: EventId): boolean {
  if (urlKey.startsWith(postOfX)) return id === `x:${urlKey.slice(postOfX.length)}`;
  if (!urlKey.startsWith(profileOfBluesky)) return false;
  const [path = ""] = urlKey.slice(profileOfBluesky.length).split("?", 1);
  const [actor = "", place, rkey = "", ...rest] = path.split("/");
  if (place !== "post" || rkey === "" || rest.length > 0) return false;
  return actor.startsWith("did:")
    ? id === `bluesky:${actor}/${rkey}`
    : id.startsWith("bluesky:did:") && id.endsWith(`/${rkey}`);
}

/** As the identity `x-post` has it, and no other key. */
const postOfX = "x.com/i/status/";
const profileOfBluesky = "bsky.app/profile/";
