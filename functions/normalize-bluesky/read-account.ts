import { isRecord } from "../../shared/codec/is-record.ts";
import { readDateTime } from "../../shared/events/read-date-time.ts";
import { failedItem, type Item } from "../../shared/posts/post-item.ts";
import { accountId } from "./read-address.ts";

/**
 * What became of an account. One that is deleted takes all of its posts with it. Every other change,
 * as a suspension, may be taken back, and is ignored.
 * https://atproto.com/specs/account
 */
export function readAccount(did: unknown, account: unknown): Item {
  if (!isRecord(account)) {
    return failedItem("invalid-field", "account", "Invalid input: expected object");
  }
  if (account.active !== false || account.status !== "deleted") {
    return { outcome: "ignored", reason: "notice-account" };
  }
  const id = accountId(did);
  if (id === undefined) return failedItem("missing-id", "did", "no DID");
  const deletedAt = readDateTime(account.time);
  return { outcome: "delete", id, isAccount: true, author: id, deletedAt };
}
