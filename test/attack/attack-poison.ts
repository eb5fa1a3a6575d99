import { setTimeout as delay } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import type { PubSub } from "@google-cloud/pubsub";
import * as z from "zod";
import type { Cloud } from "../local-cloud/start-cloud.ts";

/** What became of good tweets beside messages that no function can take. */
export type PoisonReport = {
  /** Good tweets that were counted, of all that were sent, and after how long. */
  counted: number;
  sent: number;
  seconds: number;
  /** Poisonous messages that were kept as failed events. */
  kept: number;
  poisonous: number;
  restarts: number;
  holds: boolean;
};

const goodTweets = 300;
const pack = 100;
const mostSeconds = 10;
const lookMs = 200;
const host = "poison.example.com";
const counts = z.tuple([z.object({ counted: z.coerce.number(), kept: z.coerce.number() })]);

/**
 * Publishes messages of a few MB that take hundreds of times as much to read as they are, and right
 * behind them 300 tweets with a link each, and waits until all are counted and all poison is kept:
 * within ten seconds, and nothing restarts. Tried once for each cloud.
 */
export async function attackPoison(
  cloud: Pick<Cloud, "functions" | "dataset">,
  { bigQuery, pubSub }: { bigQuery: BigQuery; pubSub: PubSub },
  patienceMs = 60_000,
): Promise<PoisonReport> {
  const topic = pubSub.topic("tweets");
  const poison = poisonousMessages();
  await Promise.all(poison.map((data) => topic.publishMessage({ data })));
  const startedAt = performance.now();
  for (let from = 0; from < goodTweets; from += pack) {
    const lines = Array.from({ length: pack }, (_, index) => tweet(from + index));
    await topic.publishMessage({ data: Buffer.from(lines.join("\n")) });
  }
  let counted = 0;
  let kept = 0;
  let seconds = Number.POSITIVE_INFINITY;
  while (performance.now() - startedAt < patienceMs) {
    const [rows] = await bigQuery.query(`SELECT
      (SELECT COALESCE(SUM(mentions), 0) FROM ${cloud.dataset}.url_hours_exact WHERE host = '${host}') AS counted,
      (SELECT COUNT(DISTINCT id) FROM ${cloud.dataset}.failed_events
        WHERE stage = 'normalize-tweets' AND reason = 'too-many-records') AS kept`);
    [{ counted, kept }] = counts.parse(rows);
    if (counted >= goodTweets) seconds = Math.min(seconds, (performance.now() - startedAt) / 1_000);
    if (counted >= goodTweets && kept >= poison.length) break;
    await delay(lookMs);
  }
  const restarts = cloud.functions.reduce((sum, one) => sum + one.restarts(), 0);
  const isWhole = counted === goodTweets && kept === poison.length && restarts === 0;
  const holds = isWhole && seconds <= mostSeconds;
  return { counted, sent: goodTweets, seconds, kept, poisonous: poison.length, restarts, holds };
}

/** One value each, with as many parts as fit. */
function poisonousMessages(): Buffer[] {
  const list = (text: string, bytes: number) =>
    Array.from({ length: bytes / (text.length + 1) }, () => text).join(",");
  return [
    `{"for_user_id":"1","favorite_events":[${list("0", 2_000_000)}]}`,
    `{"for_user_id":"1","tweet_create_events":[${list("0", 5_000_000)}]}`,
    `{"data":[${list("{}", 5_000_000)}],"includes":{"tweets":[]}}`,
    `[${list("[]", 5_000_000)}]`,
  ].map((text) => Buffer.from(text));
}

/** Of the years in which ids did not tell their time. */
function tweet(index: number): string {
  const url = `https://${host}/${index}`;
  return JSON.stringify({
    id_str: String(1_000 + index),
    created_at: "Tue Mar 21 20:50:14 +0000 2006",
    text: url,
    user: { id_str: String(1 + (index % 7)) },
    entities: { urls: [{ url, expanded_url: url }] },
  });
}
