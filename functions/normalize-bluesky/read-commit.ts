import { failedItem, type Item, type PlacedItem } from "../../shared/posts/post-item.ts";
import { keyTime } from "./decide-time.ts";
import { type Address, identify, postCollection, repostCollection } from "./read-address.ts";
import { readPost, readRepost } from "./read-post.ts";

/** What is told beside a commit; times in ms since 1970, UTC. */
type Context = { did: unknown; seenAt: number | undefined; now: number };

/** A record that was created, updated or deleted in the repository of an account. */
export function readCommit(commit: Record<string, unknown>, context: Context): PlacedItem {
  const { operation, collection, rkey, rev, record } = commit;
  // The most frequent first: nine of ten events are likes and follows.
  if (collection !== postCollection && collection !== repostCollection) {
    return single(
      typeof collection === "string"
        ? ignored(reasonOf(collection))
        : failedItem("invalid-field", "collection", "Invalid input: expected string"),
    );
  }
  const { did, seenAt, now } = context;
  if (typeof did !== "string" || typeof rkey !== "string") return single(missingId);
  const address = { did, collection, rkey };
  switch (operation) {
    case "create":
    case "update": {
      const updatedAt = operation === "update" ? (revisedAt(rev) ?? seenAt ?? 0) : undefined;
      const read = collection === repostCollection ? readRepost : readPost;
      return { place: ".record", item: read(record, address, { seenAt, updatedAt, now }) };
    }
    case "delete":
      return single(readDelete(address));
    default:
      return single(failedItem("invalid-field", "operation", "no operation that is known"));
  }
}

const single = (item: Item): PlacedItem => ({ place: "", item });

const ignored = (reason: string): Item => ({ outcome: "ignored", reason: `notice-${reason}` });

/** When a revision of a repository was written, by its TID. */
const revisedAt = (rev: unknown): number | undefined =>
  typeof rev === "string" ? keyTime(rev) : undefined;

/** Of the collections that most records are of; reasons are few, and other people's names are many. */
const reasons = new Map(
  [
    "feed.like",
    "graph.follow",
    "graph.block",
    "graph.listitem",
    "actor.profile",
    "actor.status",
  ].map((name) => [`app.bsky.${name}`, `record-${name.slice(name.indexOf(".") + 1)}`]),
);

const reasonOf = (collection: string): string => reasons.get(collection) ?? "record-of-no-post";

const missingId = failedItem("missing-id", "rkey", "no DID, or no key of a record");

function readDelete(address: Address): Item {
  const identity = identify(address);
  if (identity === undefined) return missingId;
  return { outcome: "delete", ...identity, createdAt: keyTime(address.rkey) };
}
