import type { FailureReason } from "../../shared/events/failed-event.v1.ts";

/** A line that no tweet can be read from, and why. */
export type BrokenLine = { line: string | Buffer; reason: FailureReason };

const classic = "Wed Jul 03 06:29:00 +0000 2019";

/** Ways in which an item is broken that is good JSON, and so may stand in a page. */
export const brokenItems: readonly ((n: number) => BrokenLine & { line: string })[] = [
  (n) => ({
    line: `{"created_at":"${classic}","id":11463050699${String(n).padStart(8, "0")},"text":"t"}`,
    reason: "unsafe-id",
  }),
  (n) => ({
    line: `{"created_at":"${classic}","id_str":"no ${n}","text":"t"}`,
    reason: "missing-id",
  }),
  (n) => ({
    line: `{"created_at":"Sat Feb 30 00:00:00 +0000 2019","id_str":"${n}"}`,
    reason: "impossible-time",
  }),
  (n) => ({
    line: `{"created_at":"Wed Jul 03 06:29:00 +0000 1996","id_str":"${n}"}`,
    reason: "impossible-time",
  }),
  (n) => ({ line: `{"created_at":1562135340000,"id_str":"${n}"}`, reason: "invalid-field" }),
  (n) => ({ line: `{"hello":${n}}`, reason: "unknown-shape" }),
  (n) => ({ line: `"text ${n}"`, reason: "unknown-shape" }),
];

/** Ways in which a line of tweets is broken; `n` tells one line from the next. */
export const brokenLines: readonly ((n: number) => BrokenLine)[] = [
  (n) => ({ line: `{"id_str":"${n}","created_at":`, reason: "malformed-json" }),
  (n) => ({ line: `{"id_str":"${n}",}`, reason: "malformed-json" }),
  (n) => ({
    line: Buffer.from(`{"id_str":"${n}","text":"\u00ff"}`, "latin1"),
    reason: "invalid-utf8",
  }),
  ...brokenItems,
];

/** Ways in which a line of other networks is broken. */
export const brokenPosts: readonly ((n: number) => BrokenLine)[] = [
  (n) => ({ line: `{"did":"did:plc:${n}","kind":`, reason: "malformed-json" }),
  (n) => ({ line: Buffer.from(`{"id":"${n}","uri":"\u00ff"}`, "latin1"), reason: "invalid-utf8" }),
  (n) => ({ line: `{"hello":${n}}`, reason: "unknown-shape" }),
  (n) => ({ line: `"text ${n}"`, reason: "unknown-shape" }),
];

/** Ways in which a line of mentions is broken. */
export const brokenMentions: readonly ((n: number) => BrokenLine)[] = [
  (n) => ({ line: `{"id":"mastodon:${n}"`, reason: "malformed-json" }),
  (n) => ({
    line: `{"id":"mastodon:${n}","event_time":"2019-07-03T06:29:00.000Z"}`,
    reason: "invalid-field",
  }),
  (n) => ({
    line: `{"id":"mastodon:${n}","event_time":"1996-07-03T06:29:00.000Z","url_key":"a.example.com/","url":"https://a.example.com/","host":"a.example.com","kind":"post","source":"mastodon","revision":"02.00000000.01.300.000000"}`,
    reason: "impossible-time",
  }),
];

/** Ways in which a line of link shares is broken. */
export const brokenShares: readonly ((n: number) => BrokenLine)[] = [
  (n) => ({ line: `{"id":"bluesky:${n}"`, reason: "malformed-json" }),
  (n) => ({
    line: `{"id":"bluesky:${n}","event_time":"2019-07-03T06:29:00.000Z","links":[]}`,
    reason: "invalid-field",
  }),
  (n) => ({
    line: `{"id":"bluesky:${n}","event_time":"1996-07-03T06:29:00.000Z","kind":"post","source":"bluesky","revision":"00000000.01.300.000000","links":[]}`,
    reason: "impossible-time",
  }),
];
