import * as z from "zod";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { publishEvents } from "../producer/publish-events.ts";
import { peakResidentBytes } from "../support/process-usage.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";
import { held, type Measurement } from "./measurement.ts";

const burst = 40_000;
const steadyRate = 500;
const steadySeconds = 12;
const pack = 100;
/** At a steady rate, messages are small: what is fresh is not waited for to fill a pack. */
const steadyPack = 10;
const pollMs = 50;
const mebibyte = 1_024 * 1_024;

/** The whole way on this machine: burst throughput, freshness at a steady rate, memory. */
export async function benchEndToEnd(): Promise<Measurement[]> {
  await ensureBuilt();
  const cloud = await startTestCloud();
  try {
    await Promise.all(cloud.functions.map(({ wake }) => wake()));
    const lines = generated(burst, 1);
    const startedAt = performance.now();
    await cloud.count(lines, pack);
    const perSecond = burst / ((performance.now() - startedAt) / 1_000);
    const p95 = await freshness(cloud);
    return [
      held("first publish to last row queryable", perSecond),
      held("publish to queryable at 500 tweets/s, 95th percentile", p95),
      ...cloud.functions.map(({ name, pid }) =>
        held("resident memory after a burst", peakResidentBytes(pid()) / mebibyte, { of: name }),
      ),
    ];
  } finally {
    await cloud.stop();
  }
}

const generated = (count: number, seed: number): string[] =>
  Array.from(generateTweets({ count, seed, endingAt: new Date() }), ({ json }) => json);

const idRow = z.object({ id: z.string(), published: z.coerce.number() });

/** Milliseconds from publishing a tweet until its mention is in the table, 95th percentile. */
async function freshness(cloud: TestCloud): Promise<number> {
  const before = Date.now();
  const seenAt = new Map<string, number>();
  const publishedAt = new Map<string, number>();
  const events = generated(steadyRate * steadySeconds, 2).map((line) => Buffer.from(line));
  let isPublishing = true;
  const publishing = publishEvents({
    topic: cloud.pubSub.topic("tweets"),
    events,
    pack: steadyPack,
    rate: steadyRate,
  }).finally(() => {
    isPublishing = false;
  });
  while (isPublishing || (cloud.backlog()?.messages ?? 0) > 0) {
    const rows = await cloud.query(`
      SELECT t.id AS id, UNIX_MILLIS(MIN(t.received_at)) AS published
      FROM hourtally.url_hour_increments AS i, UNNEST(i.events) AS e
      JOIN hourtally.posts AS t ON t.id = e.id
      WHERE i.landed_at >= TIMESTAMP_MILLIS(${before}) AND t.received_at >= TIMESTAMP_MILLIS(${before})
      GROUP BY t.id`);
    const now = Date.now();
    for (const { id, published } of z.array(idRow).parse(rows)) {
      if (seenAt.has(id)) continue;
      seenAt.set(id, now);
      publishedAt.set(id, published);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  await publishing;
  const ages = [...seenAt]
    .map(([id, at]) => at - (publishedAt.get(id) ?? at))
    .sort((a, b) => a - b);
  if (ages.length < 100) throw new Error(`only ${ages.length} mentions were seen`);
  return ages[Math.floor(ages.length * 0.95)] ?? Number.NaN;
}
