import * as z from "zod";
import { isRecord } from "../../shared/codec/is-record.ts";
import { failedItem, type Item } from "../../shared/posts/post-item.ts";
import { readAuthor, readId } from "./read-id.ts";
import { readTime, snowflakeTime } from "./read-time.ts";

/**
 * `{ status: { id_str, user_id_str }, timestamp_ms }`: what stands under `delete` in a v1.1 stream,
 * and each of the `tweet_delete_events` of the Account Activity API.
 */
export function readDeleteV1(input: unknown): Item {
  // Without a schema: three of four lines of a stream are deletes.
  const notice = isRecord(input) ? input : {};
  if ("favorite" in notice || "direct_message" in notice) {
    return { outcome: "ignored", reason: "notice-delete" };
  }
  if (!isRecord(notice.status)) {
    return failedItem("invalid-field", "delete.status", "Invalid input: expected object");
  }
  const { id_str, id, user_id_str, user_id } = notice.status;
  const { timestamp_ms } = notice;
  const isNumeric = typeof timestamp_ms === "string" || typeof timestamp_ms === "number";
  const deletedAt = isNumeric ? Number(timestamp_ms) : Number.NaN;
  return deletion({
    ids: [id_str, id],
    authors: [user_id_str, user_id],
    at: Number.isSafeInteger(deletedAt) ? deletedAt : undefined,
  });
}

const tweetV2 = z.object({
  id: z.unknown().optional(),
  id_str: z.unknown().optional(),
  author_id: z.unknown().optional(),
});
const deleteV2 = z.object({
  delete: tweetV2.extend({ tweet: tweetV2.optional(), event_at: z.string().nullish() }),
});
const batchCompliance = z.object({ id: z.string(), action: z.string(), created_at: z.string() });

/**
 * A compliance event of API v2: from a compliance stream, an X Activity `post.delete`, or a batch
 * compliance file. In a batch file users and tweets look alike; what has its own creation time
 * inside its id is a tweet.
 */
export function readComplianceV2(input: unknown): Item {
  const batch = batchCompliance.safeParse(input);
  if (batch.success) {
    const { id, action, created_at } = batch.data;
    const isTweet = /^\d{1,19}$/.test(id) && snowflakeTime(id) === readTime(created_at);
    if (action !== "delete" || !isTweet) return { outcome: "ignored", reason: "notice-compliance" };
    return deletion({ ids: [id], authors: [], at: undefined });
  }
  const event = deleteV2.safeParse(input);
  if (event.success) {
    const notice = event.data.delete;
    const tweet = notice.tweet ?? notice;
    const at = notice.event_at ? readTime(notice.event_at) : undefined;
    return deletion({
      ids: [tweet.id_str, tweet.id],
      authors: [tweet.author_id],
      at: typeof at === "number" ? at : undefined,
    });
  }
  return { outcome: "ignored", reason: "notice-compliance" };
}

function deletion(notice: { ids: unknown[]; authors: unknown[]; at: number | undefined }): Item {
  const id = readId(...notice.ids);
  if (typeof id !== "string") {
    const message = "neither a string of digits nor a safe integer";
    return failedItem(id.reason, "delete.status.id_str", message);
  }
  const author = readAuthor(...notice.authors);
  const createdAt = snowflakeTime(id.slice("x:".length));
  return {
    outcome: "delete",
    id,
    createdAt,
    author,
    deletedAt: notice.at,
  };
}
