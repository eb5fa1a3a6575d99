import { generateTurnstiles } from "../producer/generate-turnstiles.ts";
import { generateTweets } from "../producer/generate-tweets.ts";

const lines = 2_000;
const did = "did:plc:attack";

/** Lines of each topic that no function of ours publishes, or only when an hour is over. */
export function goodLines(now: number): Map<string, string[]> {
  const endingAt = new Date(now - 60_000);
  const tweets = Array.from(
    generateTweets({ count: lines, seed: 1, endingAt }),
    ({ json }) => json,
  );
  const each = (line: (index: number) => object | string) =>
    Array.from({ length: lines }, (_, index) => {
      const one = line(index);
      return typeof one === "string" ? one : JSON.stringify(one);
    });
  const at = endingAt.toISOString();
  const { stream, hour, revision, keys } = closedHour(now);
  return new Map([
    ["tweets", tweets],
    ["turnstiles", [...generateTurnstiles({ count: lines, seed: 1, endingAt })]],
    ["bluesky-events", each((index) => blueskyEvent(index, at))],
    ["mastodon-statuses", each((index) => mastodonStatus(index, at))],
    ["log-lines", each((index) => accessLine(index, endingAt))],
    [
      "hours-closed",
      // One closing of all streams, as it comes: every closing costs queries.
      each(() => ({ stream, hour, revision, keys, events: 5, late: 0 })),
    ],
    ["anomalies", each((index) => anomaly(index, hour))],
    ["dead-letters", tweets],
  ]);
}

/** An hour whose totals are there. */
export const closedHour = (now: number) => ({
  stream: "url-mentions",
  hour: `${new Date(now - 7_200_000).toISOString().slice(0, 13)}:00:00Z`,
  revision: 1,
  keys: 3,
});

const link = (index: number) => `https://news.example.com/${index % 300}/a-page?utm_source=attack`;

function blueskyEvent(index: number, at: string): object {
  const text = `post ${index} ${link(index)}`;
  const feature = { $type: "app.bsky.richtext.facet#link", uri: link(index) };
  const facet = { index: { byteStart: 6, byteEnd: text.length }, features: [feature] };
  return {
    did,
    time_us: Date.parse(at) * 1_000 + index,
    kind: "commit",
    commit: {
      rev: "3k",
      operation: "create",
      collection: "app.bsky.feed.post",
      rkey: `3k${index}`,
      record: { $type: "app.bsky.feed.post", text, createdAt: at, langs: ["en"], facets: [facet] },
    },
  };
}

function mastodonStatus(index: number, at: string): object {
  const uri = `https://social.example/users/someone/statuses/${index}`;
  return {
    id: String(index),
    uri,
    url: uri,
    created_at: at,
    content: `<p>status ${index} <a href="${link(index)}">a page</a></p>`,
    account: { id: "1", acct: "someone@social.example", url: "https://social.example/@someone" },
    visibility: "public",
    language: "en",
    reblog: null,
    mentions: [],
    card: { url: link(index), title: "A page" },
  };
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function accessLine(index: number, at: Date): string {
  const [date = "", time = ""] = at.toISOString().split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  const when = `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
  return `192.0.2.${index % 250} - - [${when}] "GET /${index} HTTP/1.1" 200 ${100 + index} "-" "curl/8"`;
}

function anomaly(index: number, hour: string): object {
  return {
    stream: "url-mentions",
    hour,
    revision: index,
    state: "update",
    incident: "url-mentions",
    since: hour,
    direction: "peak",
    actual: 900,
    expected: 10,
    usual_low: 1,
    usual_high: 30,
    score: 9,
    reason: "900 mentions, where 1 to 30 are usual",
  };
}
