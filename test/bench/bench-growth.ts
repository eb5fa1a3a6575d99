import { PubSub } from "@google-cloud/pubsub";
import { packedEvents } from "../../shared/codec/pack-lines.ts";
import { topicsOf } from "../../shared/manifest/list-topics.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { sumOfAll } from "../../terraform/operate/cost/compute-cost.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { peakResidentBytes, processCpuMs } from "../support/process-usage.ts";
import { serveFunction } from "../support/serve-function.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";
import { type Effort, held, type Measurement, median, quantile, told } from "./measurement.ts";
import { pushBody } from "./push-body.ts";

const projectId = "bench-project";
const jobs = { full: [1_000, 10_000, 100_000], quick: [1_000, 10_000] };
const inFlight = { full: [1, 10, 100, 1_000], quick: [1, 10, 100] };
const requestsAtLeast = 600;
const tweetsOfRequest = 20;
const mebibyte = 2 ** 20;

/** What more tweets and more requests at a time do to what one costs: nothing, is the promise. */
export async function benchGrowth({ quick }: Effort): Promise<Measurement[]> {
  await ensureBuilt();
  return [
    ...(await growTweets(quick ? jobs.quick : jobs.full)),
    ...(await growRequests(quick ? inFlight.quick : inFlight.full)),
  ];
}

type Job = { tweets: number; cpuMicroseconds: number; mebibytes: number; perSecond: number };

/** One job after the other on one cloud, whose warehouse keeps all of them. */
async function growTweets(sizes: readonly number[]): Promise<Measurement[]> {
  const cloud = await startTestCloud();
  try {
    await cloud.count(generated(5_000, 99), packedEvents);
    const done: Job[] = [];
    for (const [index, size] of sizes.entries()) done.push(await runJob(cloud, size, index + 1));
    const at = ({ tweets }: Job) => ({ axis: "tweets in the job", value: tweets });
    const [before, last] = done.slice(-2);
    const ratio = (of: (job: Job) => number) =>
      before === undefined || last === undefined ? 1 : of(last) / of(before);
    return [
      held(
        "CPU a tweet, over a job a tenth as long",
        ratio((job) => job.cpuMicroseconds),
      ),
      held(
        "resident memory, over a job a tenth as long",
        ratio((job) => job.mebibytes),
      ),
      ...done.flatMap((job) => [
        told("CPU a tweet", job.cpuMicroseconds, "µs", { of: "functions", at: at(job) }),
        told("resident memory", job.mebibytes, "MiB", { of: "functions", at: at(job) }),
        told("counted by the clock", job.perSecond, "tweets/s", { of: "tweets", at: at(job) }),
      ]),
    ];
  } finally {
    await cloud.stop();
  }
}

async function runJob(cloud: TestCloud, tweets: number, seed: number): Promise<Job> {
  const lines = generated(tweets, seed);
  const cpuMs = cpuMsOf(cloud);
  const startedAt = performance.now();
  await cloud.count(lines, packedEvents);
  return {
    tweets,
    cpuMicroseconds: ((cpuMsOf(cloud) - cpuMs) * 1_000) / tweets,
    mebibytes: sumOfAll(runningPids(cloud).map(peakResidentBytes)) / mebibyte,
    perSecond: tweets / ((performance.now() - startedAt) / 1_000),
  };
}

const runningPids = (cloud: TestCloud): number[] =>
  cloud.functions.flatMap(({ pid }) => pid() ?? []);

const cpuMsOf = (cloud: TestCloud): number => sumOfAll(runningPids(cloud).map(processCpuMs));

const generated = (count: number, seed: number): string[] =>
  Array.from(generateTweets({ count, seed, endingAt: new Date() }), ({ json }) => json);

/** The same requests to one function, so many at a time. */
async function growRequests(steps: readonly number[]): Promise<Measurement[]> {
  const pubsub = await startPubsub();
  process.env.METADATA_SERVER_DETECTION = "none";
  const client = new PubSub({ projectId, apiEndpoint: pubsub.address, emulatorMode: true });
  for (const topic of topicsOf(await readManifests())) await client.createTopic(topic);
  const served = await serveFunction("normalize-tweets", {
    GOOGLE_CLOUD_PROJECT: projectId,
    PUBSUB_EMULATOR_HOST: pubsub.address,
  });
  try {
    const url = `${served.url}/projects/${projectId}/topics/tweets`;
    const data = Buffer.from(generated(tweetsOfRequest, 1).join("\n"));
    const body = Uint8Array.from(pushBody(projectId, "tweets", { data, attributes: {} }, 1));
    await send(url, body, { requests: requestsAtLeast, atOnce: 10 });
    const measurements: Measurement[] = [];
    for (const atOnce of steps) {
      const requests = Math.max(requestsAtLeast, 2 * atOnce);
      const cpuMs = processCpuMs(served.pid());
      const times = await send(url, body, { requests, atOnce });
      const cpu = ((processCpuMs(served.pid()) - cpuMs) * 1_000) / (requests * tweetsOfRequest);
      const at = { axis: "requests in flight", value: atOnce };
      const of = "normalize-tweets";
      measurements.push(
        told("CPU a tweet", cpu, "µs", { of, at }),
        told("answered", median(times), "ms", { of: "half of them", at }),
        told("answered", quantile(times, 0.95), "ms", { of: "95 %", at }),
        told("resident memory", peakResidentBytes(served.pid()) / mebibyte, "MiB", { of, at }),
      );
    }
    return measurements;
  } finally {
    await client.close();
    await served.stop();
    await pubsub.stop();
  }
}

/** ms until each of the requests was answered. */
async function send(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  { requests, atOnce }: { requests: number; atOnce: number },
): Promise<number[]> {
  const times: number[] = [];
  let left = requests;
  const worker = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body });
      await answer.arrayBuffer();
      // More than it takes at once is sent again by Pub/Sub; here it is only not counted.
      if (!answer.ok && answer.status !== 429) throw new Error(`answered ${answer.status}`);
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return times;
}
