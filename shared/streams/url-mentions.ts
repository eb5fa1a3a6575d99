import { urlMention } from "../events/url-mention.v1.ts";
import { incrementRow, type Stream } from "./stream.ts";

const { id, author, kind, url_key, url, host, key_version } = urlMention.shape;

/** Shares of links, counted by the page they show. */
export const urlMentions: Stream = {
  name: "url-mentions",
  schema: "url-mention.v1",
  description: "Shares of links, counted by the page they show",
  event: urlMention,
  // The first tweet: https://x.com/jack/status/20
  epoch: "2006-03-21T00:00:00Z",
  key: ["url_key"],
  labels: ["url", "host"],
  members: ["id", "author", "kind"],
  keyVersion: "key_version",
  increments: {
    topic: "append-url-hours",
    table: "url_hour_increments",
    row: incrementRow({
      key: { url_key: url_key.describe("Identity of the page; never fetched") },
      labels: {
        url: url.describe("The link, clean and fetchable"),
        host: host.describe("Host of the key"),
      },
      members: { id, author, kind },
      keyVersion: { key_version: key_version.describe("Version of the rules that made url_key") },
    }),
  },
  tombstones: { table: "tweets", where: "outcome = 'delete'" },
  view: {
    name: "url_hours",
    measures: [
      { name: "mentions", counts: "events" },
      { name: "authors", counts: "distinct", member: "author" },
      { name: "originals", counts: "events", where: { member: "kind", isNot: "retweet" } },
    ],
  },
};
