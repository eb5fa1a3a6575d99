import { gzipSync } from "node:zlib";
import { Storage } from "@google-cloud/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { querySummary } from "../demo/query-summary.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { sendRequest } from "../support/send-request.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import { signX, xSecret } from "../support/sign-webhooks.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

// What the local cloud's webhook is to trust.
process.env.X_CONSUMER_SECRET = xSecret;

const stream = "tweets/stream-2019-07-03.jsonl.gz";
const linesPerEnvelope = 200;
const requestsAtOnce = 8;
/** As a whole it is counted without a network, in `conformance/real-tweets.test.ts`. */
const takesWhole = process.env.STREAM === "whole";

/** What the ways fill: emptied between them, because each must fill it alone. */
const tables = ["posts", "unlinked", "tombstones", "url_hour_increments"];

/** In place of the real stream where that is not there: as many of each kind as it takes. */
const madeUp = () =>
  [...generateTweets({ count: 600, seed: 3, endingAt: new Date("2026-01-02T03:04:05Z") })]
    .map(({ json }) => json)
    .filter((line) => !line.startsWith('{"limit"'));

describe("seven minutes of a real stream, or a made-up one, by three ways", () => {
  const lines = hasSharedData ? linesThatTell(sharedLines(stream)) : madeUp();
  let cloud: TestCloud;
  let view: string[];

  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud.stop());
  afterEach(async () => {
    for (const table of tables) await cloud.query(`TRUNCATE TABLE hourtally.${table}`);
    expect(await cloud.urlHours()).toEqual([]);
  });

  test("published to the topic: counted without remainder", async () => {
    await cloud.count(lines, 100);
    const summary = await querySummary(cloud.bigQuery, cloud.dataset);
    const ignored = Object.values(summary.ignored).reduce((a, b) => a + b, 0);
    view = await cloud.urlHours();
    if (!hasSharedData) {
      expect(summary).toMatchObject({ received: lines.length, failed: 0 });
      expect(view.length).toBeGreaterThan(100);
      return;
    }
    expect(summary).toMatchObject(
      takesWhole
        ? { received: 52_320, tweets: 12_760, duplicates: 25, deletes: 39_535, failed: 0 }
        : { received: 4_855, tweets: 4_653, duplicates: 6, deletes: 196, failed: 0 },
    );
    expect(summary.mentions + ignored).toBe(1_802);
    expect(summary.hours.map(({ hour }) => hour)).toEqual(["2019-07-03T06:00:00Z"]);
    // Written http://du3a.org 58 times, https://du3a.org 48 and https://du3a.org/ 46 times.
    expect(summary.top[0]).toMatchObject({ url_key: "du3a.org", mentions: 152 });
    expect(view.length).toBeGreaterThan(1_000);
  });

  test("sent to the webhook in signed Account Activity envelopes: the same view", async () => {
    await toWebhook(cloud, lines);
    expect(await cloud.urlHours()).toEqual(view);
  });

  test("dropped into the landing folder, and then by all three: the same view", async () => {
    await toBucket(cloud, lines);
    expect(await cloud.urlHours()).toEqual(view);

    // And now a share of them by both other ways, too: not one count changes.
    const again = lines.slice(0, 300);
    await cloud.count(again, 500);
    await toWebhook(cloud, again);
    expect(await cloud.urlHours()).toEqual(view);
    const delivered = await cloud.query(
      "SELECT COUNT(DISTINCT CONCAT(message_id, ' ', position)) AS n FROM hourtally.posts",
    );
    expect(delivered).toEqual([{ n: lines.length + 2 * again.length }]);
  });
});

/** All that the view is made of, posts with links and their deletes, among some of the others. */
function linesThatTell(lines: readonly string[]): readonly string[] {
  if (takesWhole) return lines;
  const idOf = (line: string) => /"id_str":"(\d+)"/.exec(line)?.[1];
  const withLinks = new Set(lines.filter((line) => line.includes('"urls":[{')).map(idOf));
  return lines.filter((line, n) => n % 200 === 0 || withLinks.has(idOf(line)));
}

function toWebhook(cloud: TestCloud, lines: readonly string[]) {
  const envelopes = accountActivities(lines);
  return cloud.countSent(envelopes.length, () => postAll(cloud, envelopes));
}

function toBucket(cloud: TestCloud, lines: readonly string[]) {
  const storage = new Storage({ projectId: cloud.projectId, apiEndpoint: cloud.storage });
  const file = storage.bucket(cloud.bucket).file(`landing/tweets/${stream}`);
  return cloud.countSent(lines.length, () => file.save(gzipSync(lines.join("\n"))));
}

const deleteNotice = z.object({
  delete: z.object({ status: z.unknown(), timestamp_ms: z.string() }),
});

/** The envelopes in which the Account Activity API would deliver these lines of a stream. */
function accountActivities(lines: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(lines.length / linesPerEnvelope) }, (_, index) => {
    const tweets: string[] = [];
    const deletes: string[] = [];
    for (const line of lines.slice(index * linesPerEnvelope, (index + 1) * linesPerEnvelope)) {
      const notice = deleteNotice.safeParse(JSON.parse(line));
      if (notice.success) deletes.push(JSON.stringify(notice.data.delete));
      else tweets.push(line);
    }
    return `{"for_user_id":"1","tweet_create_events":[${tweets.join()}],"tweet_delete_events":[${deletes.join()}]}`;
  });
}

async function postAll(cloud: TestCloud, envelopes: readonly string[]): Promise<void> {
  const url = cloud.functions.find(({ name }) => name === "receive-webhook")?.url;
  const queue = envelopes.values();
  const sender = async () => {
    for (const body of queue) {
      const headers = { "content-type": "application/json", ...signX(body) };
      const { status } = await sendRequest(`${url}/x`, { body, headers });
      expect(status).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, sender));
}
