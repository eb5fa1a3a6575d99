import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { PubSub } from "@google-cloud/pubsub";
import * as z from "zod";
import { encodePayload } from "../../shared/codec/encode-payload.ts";
import { packedEvents } from "../../shared/codec/pack-lines.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { naiveCost } from "../../terraform/operate/cost/compare-designs.ts";
import { computeCost, sumOfAll, totalOf } from "../../terraform/operate/cost/compute-cost.ts";
import { measureTweets } from "../../terraform/operate/cost/measure-tweets.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { startMetadata } from "../local-cloud/start-metadata.ts";
import { delivery } from "../support/deliveries.ts";
import { judgeTweets } from "../support/judge-tweets.ts";
import { processCpuMs } from "../support/process-usage.ts";
import { serveFunction } from "../support/serve-function.ts";
import { hasSharedData } from "../support/shared-data.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";
import { waitUntil } from "../support/wait-until.ts";
import { type Effort, held, type Measurement, told } from "./measurement.ts";
import { naiveFunction } from "./naive-function.ts";
import { realMessages } from "./real-messages.ts";
import { streamTweets, withOwnIds } from "./stream-tweets.ts";

const projectId = "bench-project";
const faults = { duplicateRate: 0.05, shuffle: false, seed: 1 };
/** Its rate does not depend on how many there are, and it is slow. */
const naiveTweets = { full: 6_000, quick: 2_000 };
const ourCopies = { full: 6, quick: 2 };
const warmUp = 500;
const volumes = [100_000_000, 10_000_000_000] as const;
const waitMs = 600_000;

/** What a pipeline did with real tweets of which one in twenty was delivered twice. */
type Outcome = {
  tweets: number;
  seconds: number;
  /** Of the functions: broker and warehouse are in neither. */
  cpuSeconds: number;
  /** Calls of functions, and of the warehouse by them. */
  requests: number;
  /** Of messages, published and delivered. */
  bytes: number;
  /** Links counted, and how many there were. */
  counted: number;
  expected: number;
};

/**
 * The pipeline of tutorials beside this one: the same real tweets, the same broker, one in twenty
 * deliveries twice. Its warehouse only takes the rows and adds them up, and costs it nothing. Empty
 * where the real stream is absent.
 */
export async function benchNaive({ quick }: Effort): Promise<Measurement[]> {
  if (!hasSharedData) return [];
  await ensureBuilt();
  const naive = await runNaive(quick ? naiveTweets.quick : naiveTweets.full);
  const ours = await runOurs(quick ? ourCopies.quick : ourCopies.full);
  const outcomes = { "the naive pipeline": naive, "this one": ours };
  const tell = (figure: string, unit: string, of: (outcome: Outcome) => number) =>
    Object.entries(outcomes).map(([name, outcome]) =>
      told(figure, of(outcome), unit, { of: name }),
    );
  const speed = ({ tweets, cpuSeconds }: Outcome) => tweets / cpuSeconds;
  const requests = ({ tweets, requests: made }: Outcome) => (1_000 * made) / tweets;
  return [
    held("tweets per second of CPU, over the naive pipeline", speed(ours) / speed(naive)),
    held("fewer requests than the naive pipeline", requests(naive) / requests(ours)),
    ...(await comparePrices()),
    ...tell("tweets per second of CPU", "/s", speed),
    ...tell("tweets per second by the clock", "/s", ({ tweets, seconds }) => tweets / seconds),
    ...tell("requests for 1,000 tweets", "", requests),
    ...tell("bytes through Pub/Sub a tweet", "bytes", ({ bytes, tweets }) => bytes / tweets),
    ...tell(
      "links counted too often, 5 % delivered twice",
      "%",
      ({ counted, expected }) => (100 * (counted - expected)) / expected,
    ),
  ];
}

async function comparePrices(): Promise<Measurement[]> {
  const run = await measureTweets({ tweets: 10_000, pack: packedEvents });
  const functions = await readManifests();
  const plain = {
    bytes: run.plainBytes / run.tweets,
    rowBytes: (run.rowBytes.posts ?? 0) / run.tweets,
  };
  const ours = (tweets: number) => totalOf(computeCost(run, { tweets, functions }));
  const million = (tweets: number) => (ours(tweets) * 1e6) / tweets;
  return [
    held("price of a million tweets, 100 M a month", million(volumes[0])),
    held("price of a million tweets, 10 B a month", million(volumes[1])),
    ...volumes.map((tweets) =>
      held(
        "price of the naive pipeline over ours",
        totalOf(naiveCost(plain, tweets)) / ours(tweets),
        {
          of: `${tweets.toLocaleString("en")} tweets a month`,
        },
      ),
    ),
  ];
}

async function runNaive(count: number): Promise<Outcome> {
  const pubsub = await startPubsub({ faults });
  const warehouse = await startAddingUp();
  const metadata = await startMetadata();
  const environment = {
    // Its client wants a token even for a warehouse of this machine.
    GCE_METADATA_HOST: metadata.address,
    GOOGLE_CLOUD_PROJECT: projectId,
    PUBSUB_EMULATOR_HOST: pubsub.address,
    BIGQUERY_EMULATOR_HOST: warehouse.url,
  };
  const served = await serveFunction("normalize-tweets", environment, naiveFunction);
  process.env.METADATA_SERVER_DETECTION = "none";
  const client = new PubSub({ projectId, apiEndpoint: pubsub.address, emulatorMode: true });
  try {
    const [topic] = await client.createTopic("tweets");
    const pushEndpoint = `${served.url}/projects/${projectId}/topics/tweets`;
    await topic.createSubscription("naive", { pushConfig: { pushEndpoint } });
    const lines = [...withOwnIds(streamTweets(), 1)].slice(0, warmUp + count);
    const publish = async (some: readonly string[]) => {
      await Promise.all(some.map((line) => topic.publishMessage({ data: Buffer.from(line) })));
      await waitUntil("all is counted", () => pubsub.backlog() === 0, waitMs);
    };
    await publish(lines.slice(0, warmUp));
    const before = { ...warehouse.taken(), pushes: pushesOf(pubsub.stats()) };
    const cpuMs = processCpuMs(served.pid());
    const startedAt = performance.now();
    const sent = lines.slice(warmUp);
    await publish(sent);
    const seconds = (performance.now() - startedAt) / 1_000;
    const { inserts, count: counted } = warehouse.taken();
    const pushes = pushesOf(pubsub.stats()) - before.pushes;
    const published = sumOfAll(sent.map((line) => Buffer.byteLength(line)));
    return {
      tweets: sent.length,
      seconds,
      cpuSeconds: (processCpuMs(served.pid()) - cpuMs) / 1_000,
      requests: pushes + inserts - before.inserts,
      bytes: published * (1 + pushes / sent.length),
      counted: counted - before.count,
      expected: sumOfAll(sent.map(linksOf)),
    };
  } finally {
    await client.close();
    await served.stop();
    await pubsub.stop();
    await metadata.stop();
    warehouse.stop();
  }
}

const pushesOf = (stats: Record<string, { delivered: number }>): number =>
  sumOfAll(Object.values(stats).map(({ delivered }) => delivered));

const tweetLinks = z.object({ entities: z.object({ urls: z.array(z.unknown()) }) });
const linksOf = (line: string): number => tweetLinks.parse(JSON.parse(line)).entities.urls.length;

const inserted = z.object({ rows: z.array(z.object({ json: z.object({ count: z.number() }) })) });

/** A BigQuery that takes rows by `insertAll` and adds up their counts. */
async function startAddingUp() {
  let inserts = 0;
  let count = 0;
  const server = createServer(async (request, response) => {
    const { rows } = inserted.parse(await json(request));
    inserts += 1;
    count += sumOfAll(rows.map((row) => row.json.count));
    response.setHeader("content-type", "application/json");
    response.end('{"kind":"bigquery#tableDataInsertAllResponse"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    taken: () => ({ inserts, count }),
    stop: () => server.closeAllConnections(),
  };
}

async function runOurs(copies: number): Promise<Outcome> {
  const cloud = await startTestCloud({ faults });
  try {
    const tweets = streamTweets();
    const lines = [...withOwnIds(tweets, copies)];
    const [first, rest] = [lines.slice(0, tweets.length), lines.slice(tweets.length)];
    await cloud.count(first, packedEvents);
    const before = {
      cpuMs: cpuMsOf(cloud),
      pushes: pushesTo(cloud),
      mentions: await mentions(cloud),
    };
    const startedAt = performance.now();
    await cloud.count(rest, packedEvents);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = pushesTo(cloud);
    const bytes = await bytesATweet();
    return {
      tweets: rest.length,
      seconds,
      cpuSeconds: (cpuMsOf(cloud) - before.cpuMs) / 1_000,
      // Each message of rows is at most one append.
      requests: after.all - before.pushes.all + after.appends - before.pushes.appends,
      bytes: rest.length * bytes,
      counted: (await mentions(cloud)) - before.mentions,
      expected: countMentions(rest),
    };
  } finally {
    await cloud.stop();
  }
}

/** Each by itself, in process. */
const countMentions = (lines: readonly string[]): number =>
  sumOfAll(lines.map((line) => judgeTweets(delivery(line)).mentions.length));

const cpuMsOf = (cloud: TestCloud): number =>
  sumOfAll(cloud.functions.map(({ pid }) => (pid() === undefined ? 0 : processCpuMs(pid()))));

function pushesTo(cloud: TestCloud): { all: number; appends: number } {
  const stats = Object.entries(cloud.deliveries() ?? {});
  const appends = stats.filter(([subscription]) => subscription.endsWith(".append-rows"));
  return {
    all: pushesOf(Object.fromEntries(stats)),
    appends: pushesOf(Object.fromEntries(appends)),
  };
}

const sumRow = z.object({ mentions: z.coerce.number() });

async function mentions(cloud: TestCloud): Promise<number> {
  const [row] = await cloud.query(
    "SELECT COALESCE(SUM(mentions), 0) AS mentions FROM hourtally.url_hours_exact",
  );
  return sumRow.parse(row).mentions;
}

/** Published once and delivered once, and one in twenty once more. */
async function bytesATweet(): Promise<number> {
  const messages = await realMessages();
  const bytes = sumOfAll(
    [...messages.values()].flat().map((data) => encodePayload(data).data.length),
  );
  return (bytes * (2 + faults.duplicateRate)) / streamTweets().length;
}
