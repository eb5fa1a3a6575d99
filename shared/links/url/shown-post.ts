import { type EventId, eventIdOf } from "../../events/event-id.ts";

/**
 * Which post on X a link shows, from the key of the link, which is the same for every spelling of a
 * post's address; undefined for another page.
 */
export function shownPost(urlKey: string): EventId | undefined {
  return urlKey.startsWith(post) ? eventIdOf("x", urlKey.slice(post.length)) : undefined;
}

/** As the identity `x-post` has it, and no other key. */
const post = "x.com/i/status/";
