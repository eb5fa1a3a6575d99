import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PreparedSource } from "../../functions/poll-source/config.ts";
import { createFetcher } from "../../functions/poll-source/fetch-page.ts";
import { createHandler } from "../../functions/poll-source/handler.ts";
import { openLake } from "../../functions/poll-source/open-lake.ts";
import { sources } from "../../functions/poll-source/sources.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { startScheduler } from "../local-cloud/scheduler/start-scheduler.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const link = "https://news.example.com/story?id=7";
/** Of 2026-01-02, a Friday: half past eleven. */
const at = Date.parse("2026-01-02T11:30:00Z");
const second = 1_000;

const fields = "REGULAR,0000000";
const week = `C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS                    \r
A002,R051,02-00-00,59 ST,NQR456W,BMT,12/20/2025,03:00:00,${fields}100,0000000050            \r
A002,R051,02-00-00,59 ST,NQR456W,BMT,12/20/2025,07:00:00,${fields}130,0000000060            \r
A002,R051,02-00-00,59 ST,NQR456W,BMT,12/20/2025,11:00:00,${fields}175,0000000090            \r
`;

/** What the servers of the sources answer, by path. */
const answers: Record<string, string> = {
  "/api/v1/search_by_date": JSON.stringify({
    hits: [
      {
        objectID: "46450001",
        created_at_i: at / second,
        author: "ann",
        title: "A story",
        url: link,
      },
      {
        objectID: "46450000",
        created_at_i: at / second - 60,
        author: "bob",
        title: "Ask HN: why?",
        url: null,
      },
    ],
  }),
  "/developers/data/nyct/turnstile/turnstile_251227.txt": week,
};

let cloud: TestCloud;
let stop = async () => {};

beforeAll(async () => {
  // The deployed function gets what this environment says, and is due at full hours only.
  Object.assign(process.env, { POLL_SOURCES: "turnstile-weeks", TURNSTILE_HOST: "mta.invalid" });
  cloud = await startTestCloud();
});
afterAll(async () => {
  for (const name of ["POLL_SOURCES", "TURNSTILE_HOST"]) delete process.env[name];
  await stop();
  await cloud.stop();
});

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${(address satisfies AddressInfo).port}`;
}

/** The declared sources, asked at a server of this machine, which the deployed function refuses to. */
async function startPoller(now: () => number): Promise<string> {
  const server = createServer(({ url = "" }, response) => {
    const answer = answers[new URL(url, "http://local").pathname];
    response.writeHead(answer === undefined ? 404 : 200, { etag: '"1"' }).end(answer);
  });
  const origin = await listen(server);
  const polled = sources.flatMap((source): PreparedSource[] => {
    const url = source.url.replace(/^https:\/\/[^/]+/, origin);
    return source.settings.length === 0 || source.kind === "files"
      ? [{ ...source, url, headers: {} }]
      : [];
  });
  const { projectId } = cloud;
  const storage = new Storage({ projectId, apiEndpoint: cloud.storage });
  const handle = createHandler({
    ...openLake(storage.bucket(cloud.bucket)),
    fetchPage: createFetcher({ protocol: "http:", request, allows: () => true }),
    publish: createPublisher(new PubSub({ projectId }), ""),
    now,
    log: { info: () => undefined, error: () => undefined },
    config: { sources: polled },
  });
  const poller = createServer((incoming, response) => {
    const { method = "" } = incoming;
    void handle(
      { method, body: { schedule: "poll-source" } },
      {
        status: (code) => void response.writeHead(code),
        setHeader: () => undefined,
        end: (text) => void response.end(text),
      },
    );
  });
  const url = await listen(poller);
  stop = async () => {
    for (const one of [server, poller]) {
      one.closeAllConnections();
      one.close();
    }
  };
  return url;
}

describe("an hour in which one page is shared everywhere", () => {
  test("sources are polled by the clock: stories are counted, and a week of turnstiles is loaded", async () => {
    const noon = at + 1_800 * second;
    let offset = 0;
    const now = () => Date.now() + offset;
    const url = await startPoller(now);
    const job = { name: "poll-source", schedule: "* * * * *", url, timeoutSeconds: 60 };
    offset = noon - 300 - Date.now();
    const scheduler = startScheduler([job], now);
    const counted = () => cloud.query("SELECT url_key, mentions FROM hourtally.url_hours_exact");
    await expect
      .poll(counted, { interval: 200 })
      .toEqual([{ url_key: "news.example.com/story?id=7", mentions: 1 }]);
    const stations = () =>
      cloud.query(`SELECT station, FORMAT_DATE('%F', local_date) AS day, entries, exits
        FROM hourtally.turnstile_station_days`);
    await expect
      .poll(stations, { interval: 200 })
      .toEqual([{ station: "59 ST", day: "2025-12-20", entries: 75, exits: 40 }]);
    await scheduler.stop();
    expect(await cloud.query("SELECT COUNT(*) AS failed FROM hourtally.failed_events")).toEqual([
      { failed: 0 },
    ]);
  });

  test("X, Bluesky, Mastodon and Hacker News: one key, with mentions and authors by source", async () => {
    const time = (seconds: number) => new Date(at + seconds * second).toISOString();
    const tweet = (id: string, user: string) => ({
      id_str: id,
      created_at: "Fri Jan 02 11:30:00 +0000 2026",
      text: "t.co",
      user: { id_str: user },
      entities: {
        urls: [{ url: "https://t.co/abcdefghij", expanded_url: `${link}&utm_source=x` }],
      },
    });
    const post = {
      did: "did:plc:wq4aajammjtxdomz3e23667t",
      time_us: at * second,
      kind: "commit",
      commit: {
        operation: "create",
        collection: "app.bsky.feed.post",
        rkey: "3mbhxqgwl2c2a",
        record: {
          $type: "app.bsky.feed.post",
          createdAt: time(5),
          text: "look",
          embed: {
            $type: "app.bsky.embed.external",
            external: { uri: link, title: "A story", description: "" },
          },
        },
      },
    };
    const status = {
      id: "115825000000000000",
      created_at: time(9),
      visibility: "public",
      uri: "https://a.example/users/ann/statuses/1",
      content: `<p><a href="${link.replace("news", "NEWS")}#comments">look</a></p>`,
      account: { id: "1", url: "https://a.example/@ann" },
    };
    const send = (topic: string, events: object[], attributes = {}) =>
      cloud.pubSub.topic(topic).publishMessage({
        data: Buffer.from(events.map((event) => JSON.stringify(event)).join("\n")),
        attributes,
      });
    await send("tweets", [
      tweet("2007051234567890123", "1"),
      tweet("2007051234567890124", "2"),
      tweet("2007051234567890125", "2"),
    ]);
    await send("bluesky-events", [post]);
    await send("mastodon-statuses", [status, status], { server: "a.example" });

    const hours = () =>
      cloud.query(`SELECT FORMAT_TIMESTAMP('%F %H', hour) AS hour, url_key, mentions, authors
        FROM hourtally.url_hours_exact`);
    await expect
      .poll(hours, { interval: 200 })
      .toEqual([
        { hour: "2026-01-02 11", url_key: "news.example.com/story?id=7", mentions: 6, authors: 5 },
      ]);
    expect(
      await cloud.query(`SELECT source, COUNT(DISTINCT id) AS mentions, COUNT(DISTINCT author) AS authors
        FROM hourtally.url_events GROUP BY source ORDER BY source`),
    ).toEqual([
      { source: "bluesky", mentions: 1, authors: 1 },
      { source: "hacker-news", mentions: 1, authors: 1 },
      { source: "mastodon", mentions: 1, authors: 1 },
      { source: "x", mentions: 3, authors: 2 },
    ]);
  });

  test("the deployed function polls what the environment names, and asks nobody inside", async () => {
    const url = cloud.functions.find(({ name }) => name === "poll-source")?.url ?? "";
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ source: "hacker-news" }),
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("Not a source that is polled: turnstile-weeks"),
    ]);
  });
});
