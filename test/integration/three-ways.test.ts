import { gzipSync } from "node:zlib";
import { Storage } from "@google-cloud/storage";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { querySummary } from "../demo/query-summary.ts";
import { sendRequest } from "../support/send-request.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import { signX, xSecret } from "../support/sign-webhooks.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

// What the local cloud's webhook is to trust.
process.env.X_CONSUMER_SECRET = xSecret;

const stream = "tweets/stream-2019-07-03.jsonl.gz";
const linesPerEnvelope = 200;
const requestsAtOnce = 8;

describe.skipIf(!hasSharedData)("seven minutes of a real stream, by three ways", () => {
  const lines = hasSharedData ? sharedLines(stream) : [];
  const telling = linesThatTell(lines);
  let view: string[];

  test("published to the topic: counted without remainder", async () => {
    const cloud = await startTestCloud();
    onTestFinished(() => cloud.stop());
    await cloud.count(lines, 100);
    const summary = await querySummary(cloud.bigQuery, cloud.dataset);
    expect(summary).toMatchObject({
      received: 52_320,
      tweets: 12_760,
      duplicates: 25,
      deletes: 39_535,
      failed: 0,
    });
    const ignored = Object.values(summary.ignored).reduce((a, b) => a + b, 0);
    expect(summary.mentions + ignored).toBe(1_802);
    expect(summary.hours.map(({ hour }) => hour)).toEqual(["2019-07-03T06:00:00Z"]);
    // Written http://du3a.org 58 times, https://du3a.org 48 and https://du3a.org/ 46 times.
    expect(summary.top[0]).toMatchObject({ url_key: "du3a.org", mentions: 152 });
    view = await cloud.urlHours();
    expect(view.length).toBeGreaterThan(1_000);
    expect(telling.length).toBeGreaterThan(5_000);
  }, 120_000);

  test("sent to the webhook in signed Account Activity envelopes: the same view", async () => {
    const cloud = await startTestCloud();
    onTestFinished(() => cloud.stop());
    await toWebhook(cloud, telling);
    expect(await cloud.urlHours()).toEqual(view);
  }, 120_000);

  test("dropped into the landing folder, and then by all three: the same view", async () => {
    const cloud = await startTestCloud();
    onTestFinished(() => cloud.stop());
    await toBucket(cloud, telling);
    expect(await cloud.urlHours()).toEqual(view);

    // And now a share of them by both other ways, too: not one count changes.
    const again = telling.slice(0, 1_000);
    await cloud.count(again, 500);
    await toWebhook(cloud, again);
    expect(await cloud.urlHours()).toEqual(view);
    const delivered = await cloud.query(
      "SELECT COUNT(DISTINCT CONCAT(message_id, ' ', position)) AS n FROM hourtally.posts",
    );
    expect(delivered).toEqual([{ n: telling.length + 2 * again.length }]);
  }, 180_000);
});

/** All that the view is made of, posts with links and their deletes, among some of the others. */
function linesThatTell(lines: readonly string[]): string[] {
  const idOf = (line: string) => /"id_str":"(\d+)"/.exec(line)?.[1];
  const withLinks = new Set(lines.filter((line) => line.includes('"urls":[{')).map(idOf));
  return lines.filter((line, n) => n % 40 === 0 || withLinks.has(idOf(line)));
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
