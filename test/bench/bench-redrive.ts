import { redriveAnswer } from "../../shared/events/redrive-request.v1.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { publishEvents } from "../producer/publish-events.ts";
import { peakResidentBytes } from "../support/process-usage.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";
import { held, type Measurement } from "./measurement.ts";

const few = 10_000;
const many = 30_000;
const pack = 200;
const mebibyte = 1_024 * 1_024;

/** Failed events that are sent back to their topic a second, and what more of them take in memory. */
export async function benchRedrive(): Promise<Measurement[]> {
  await ensureBuilt();
  const cloud = await startTestCloud();
  try {
    await redriveFailures(cloud, few);
    const peakOfFew = peakMebibytes(cloud);
    const perSecond = await redriveFailures(cloud, many);
    const peak = peakMebibytes(cloud);
    return [
      held("redrive-failures, failed events sent back per second", perSecond),
      held("redrive-failures, resident memory", peak),
      held("redrive-failures, memory for 30,000 failed events over 10,000", peak / peakOfFew),
    ];
  } finally {
    await cloud.stop();
  }
}

/** Makes so many failed events, and tells how many of them were sent back a second. */
async function redriveFailures(cloud: TestCloud, count: number): Promise<number> {
  const since = new Date().toISOString();
  const events = Array.from({ length: count }, (_, index) =>
    Buffer.from(JSON.stringify({ unknown: index, filler: "x".repeat(200) })),
  );
  const topic = cloud.pubSub.topic("tweets");
  await cloud.countSent(count, () => publishEvents({ topic, events, pack }));
  let ms = 0;
  // They fail again: a redrive ends when they have, so that the next one does not find them.
  await cloud.countSent(count, async () => {
    const startedAt = performance.now();
    const redriven = await redrivePages(cloud, since);
    ms = performance.now() - startedAt;
    if (redriven !== count) throw new Error(`${redriven} of ${count} failed events were sent back`);
  });
  return count / (ms / 1_000);
}

async function redrivePages(cloud: TestCloud, since: string): Promise<number> {
  let redriven = 0;
  let pageToken: string | undefined;
  do {
    const body = { stage: "normalize-tweets", since, ...(pageToken && { pageToken }) };
    const answer = await fetch(redriver(cloud)?.url ?? "", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const page = redriveAnswer.parse(await answer.json());
    redriven += page.redriven;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return redriven;
}

const redriver = (cloud: TestCloud) =>
  cloud.functions.find(({ name }) => name === "redrive-failures");

const peakMebibytes = (cloud: TestCloud): number =>
  peakResidentBytes(redriver(cloud)?.pid()) / mebibyte;
