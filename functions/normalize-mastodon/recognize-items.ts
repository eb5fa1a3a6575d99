import { isRecord } from "../../shared/codec/is-record.ts";
import { jsonProblems } from "../../shared/codec/json-problems.ts";
import { scanJson } from "../../shared/codec/scan-json.ts";
import { failedItem, type Item, type PlacedItem } from "../../shared/posts/post-item.ts";
import { aliasOf, readStatus } from "./read-status.ts";

/** Events of the streaming API that are about no public status, or about one that was told before. */
const eventsWithoutStatus = new Set([
  "notification",
  "notifications_merged",
  "filters_changed",
  "conversation",
  "announcement",
  "announcement.reaction",
  "announcement.delete",
  "encrypted_message",
]);

/**
 * The items of one record: a status of the REST API, alone, in a list or in a page of a search, or an
 * event of the streaming API (`{ event, payload }`, the payload as text or as an object). What is known
 * to be no status is ignored; what is not known fails, and is seen. Never throws.
 */
export function recognizeItems(record: unknown, server: string): PlacedItem[] {
  const page: unknown = isRecord(record) ? record.statuses : record;
  if (Array.isArray(page)) {
    const name = page === record ? "" : ".statuses";
    if (page.length === 0) return [single({ outcome: "ignored", reason: "notice-empty-page" })];
    return page.map((element: unknown, index) => ({
      place: `${name}[${index}]`,
      item: recognizeStatus(element, server),
    }));
  }
  if (isRecord(record) && typeof record.event === "string") {
    return [recognizeEvent(record.event, record.payload, server)];
  }
  return [single(recognizeStatus(record, server))];
}

const single = (item: Item): PlacedItem => ({ place: "", item });

/** https://docs.joinmastodon.org/methods/streaming/#events */
function recognizeEvent(event: string, payload: unknown, server: string): PlacedItem {
  switch (event) {
    case "update":
    case "status.update":
      return { place: ".payload", item: readPayload(payload, server) };
    case "delete": {
      const isId = typeof payload === "string" || Number.isSafeInteger(payload);
      const id = isId ? aliasOf(server, String(payload)) : undefined;
      return single(
        id === undefined || payload === ""
          ? failedItem("missing-id", "payload", "no id of a status")
          : { outcome: "delete", id },
      );
    }
    default:
      return single(
        eventsWithoutStatus.has(event)
          ? { outcome: "ignored", reason: `notice-${event}` }
          : failedItem("unknown-shape", "event", "an event of an unknown type"),
      );
  }
}

/** The status in an event, which is JSON inside of JSON. */
function readPayload(payload: unknown, server: string): Item {
  if (typeof payload !== "string") return recognizeStatus(payload, server);
  const problem = scanJson(Buffer.from(payload));
  if (typeof problem === "string") {
    const { reason, message } = jsonProblems[problem];
    return failedItem(reason, "", message);
  }
  return recognizeStatus(JSON.parse(payload), server);
}

function recognizeStatus(input: unknown, server: string): Item {
  if (!isRecord(input)) return failedItem("unknown-shape", "", "no object");
  if ("@context" in input) {
    const message = "an object of ActivityPub, not a status as the API of Mastodon gives it";
    return failedItem("unknown-shape", "", message);
  }
  if (!("content" in input) && !("account" in input)) {
    return failedItem("unknown-shape", "", "neither a status nor an event of the streaming API");
  }
  return readStatus(input, server);
}
