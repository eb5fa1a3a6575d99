import { Storage } from "@google-cloud/storage";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { sendRequest } from "../support/send-request.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";
import { signX, xSecret } from "../support/sign-webhooks.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

// What the local cloud's webhook is to trust.
process.env.X_CONSUMER_SECRET = xSecret;

const stream = "tweets/stream-2019-07-03.jsonl.gz";
const linesPerEnvelope = 200;
const requestsAtOnce = 8;

type Way = (cloud: TestCloud, lines: readonly string[]) => Promise<unknown>;

const ways: Record<string, Way> = {
  "the topic": (cloud, lines) => cloud.count(lines, 250),

  "signed Account Activity envelopes to the webhook": (cloud, lines) => {
    const envelopes = accountActivities(lines);
    return cloud.countSent(envelopes.length, () => postAll(cloud, envelopes));
  },

  "an object in the landing folder": (cloud, lines) => {
    const storage = new Storage({ projectId: cloud.projectId, apiEndpoint: cloud.storage });
    const destination = `landing/tweets/${stream}`;
    return cloud.countSent(lines.length, () =>
      storage.bucket(cloud.bucket).upload(sharedDataPath(stream), { destination }),
    );
  },
};

describe.skipIf(!hasSharedData)("a real stream, by three ways", () => {
  const views: string[][] = [];

  test.each(Object.entries(ways))(
    "%s",
    async (_, send) => {
      const lines = sharedLines(stream);
      const cloud = await startTestCloud();
      try {
        await send(cloud, lines);
        const view = await cloud.urlHours();
        expect(view.length).toBeGreaterThan(1_000);
        views.push(view);
        expect(view).toEqual(views[0]);
      } finally {
        await cloud.stop();
      }
    },
    120_000,
  );

  test("all three in one run: still the same", async () => {
    const lines = sharedLines(stream);
    const cloud = await startTestCloud();
    try {
      for (const send of Object.values(ways)) await send(cloud, lines);
      expect(views).toHaveLength(3);
      expect(await cloud.urlHours()).toEqual(views[0]);
      const delivered = await cloud.query(
        "SELECT COUNT(DISTINCT CONCAT(message_id, ' ', position)) AS n FROM hourtally.tweets",
      );
      expect(delivered).toEqual([{ n: 3 * lines.length }]);
    } finally {
      await cloud.stop();
    }
  }, 180_000);
});

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
