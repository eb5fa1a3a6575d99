import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { failedEvent } from "../../shared/events/failed-event.v1.ts";
import { linkShare } from "../../shared/events/link-share.v1.ts";
import { post as postReceipt } from "../../shared/events/post.v1.ts";
import { tombstone } from "../../shared/events/tombstone.v1.ts";
import { unlinked } from "../../shared/events/unlinked.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { delivery } from "../support/deliveries.ts";
import { judgeTweets } from "../support/judge-tweets.ts";

const entities = { urls: [{ url: "https://t.co/a", expanded_url: "https://example.com/a" }] };
const classic = {
  created_at: "Wed Jul 03 06:29:00 +0000 2019",
  id: 20,
  id_str: "20",
  text: "a https://t.co/a",
  lang: "en",
  user: { id: 12, id_str: "12" },
  entities,
  extended_tweet: { full_text: "a", entities },
  quoted_status_id_str: "21",
  quoted_status_permalink: { expanded: "https://twitter.com/a/status/21" },
  in_reply_to_status_id_str: "22",
  edit_history: { initial_tweet_id: "20" },
};
const post = {
  id: "1377650087799754754",
  text: "a",
  author_id: "12",
  created_at: "2021-04-01T15:52:31.089Z",
  entities: { urls: [{ ...entities.urls[0], unwound_url: "https://example.com/b" }] },
  note_tweet: { text: "a", entities },
  edit_history_tweet_ids: ["1377650087799754754"],
  referenced_tweets: [{ type: "retweeted", id: "20" }],
};
const deletion = {
  status: { id: 1, id_str: "1", user_id: 2, user_id_str: "2" },
  timestamp_ms: "1",
};
const records = {
  classic: { ...classic, retweeted_status: classic },
  page: { data: [post], includes: { tweets: [{ ...post, id: "20" }] }, meta: {} },
  activity: { data: { event_type: "post.create", payload: post, includes: { tweets: [post] } } },
  account: { for_user_id: "1", tweet_create_events: [classic], tweet_delete_events: [deletion] },
  delete: { delete: deletion },
  compliance: {
    data: { delete: { tweet: { id: "1", author_id: "2" }, event_at: post.created_at } },
  },
  batch: { id: post.id, action: "delete", created_at: post.created_at },
  notice: { limit: { track: 1 } },
  search: { statuses: [classic], search_metadata: { count: 1 } },
  archive: {
    tweet: {
      ...classic,
      edit_info: { initial: { editTweetIds: ["20"] }, edit: { initialTweetId: "20" } },
    },
  },
  "site stream": { for_user: 12, message: classic },
  problem: { title: "ConnectionException", type: "about:blank" },
};

/** JSON texts that a parser takes and a reader may not. */
const hostile = [
  "null",
  "{}",
  "[]",
  '""',
  "true",
  "-1",
  "1e400",
  "9.1e18",
  '"99999999999999999999"',
  '{"valueOf":1,"toString":1,"length":5}',
  '{"__proto__":{"id":"5"}}',
  '"\\ud800"',
  JSON.stringify("x".repeat(70_000)),
  "[".repeat(20_000) + "]".repeat(20_000),
];

const mark = "here stands what is hostile";

/** The record as JSON, once for each of its fields, with a mark in place of the field. */
function* marked(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    const put = (inside: unknown) =>
      Array.isArray(value) ? value.with(Number(name), inside) : { ...value, [name]: inside };
    yield put(mark);
    for (const inside of marked(field)) yield put(inside);
  }
}

describe("whatever stands in a field, a record ends as receipts or a failed event", () => {
  test.each(Object.entries(records))("%s", (_, record) => {
    for (const one of marked(record)) {
      const json = JSON.stringify(one);
      for (const text of hostile) {
        const payload = json.replace(`"${mark}"`, () => text);
        const judged = judgeTweets(delivery(payload), Date.parse("2026-01-02T03:04:05Z"));
        const place = `${json} with ${text.slice(0, 40)}`;
        expect(judged.receipts.length + judged.failed.length, place).toBeGreaterThan(0);
        const fits = (schema: z.ZodType, events: readonly unknown[]) =>
          expect(
            events.every((event) => schema.safeParse(event).success),
            place,
          ).toBe(true);
        fits(postReceipt, judged.receipts);
        fits(linkShare, judged.shares);
        fits(tombstone, judged.tombstones);
        fits(urlMentions.event, [...judged.mentions, ...judged.withdrawals]);
        fits(unlinked, judged.unlinked);
        fits(failedEvent, judged.failed);
      }
    }
  });
});
