import { instanceSeconds, paid } from "./compute-cost.ts";
import { leastMessageBytes, leastRowBytes, listPrices } from "./list-prices.ts";

const gib = 2 ** 30;
const tib = 2 ** 40;
const million = 1_000_000;

/** What a tweet is for those who would count its links in another way. */
export type PlainTweet = {
  /** Of its JSON, as it is published: alone and not compressed. */
  bytes: number;
  /** Of the row that is kept of it, as JSON. */
  rowBytes: number;
};

/** What a tutorial deploys: the defaults of a function. */
const tutorial = { name: "naive", memory: "256Mi", cpu: 1, concurrency: 80 };

/**
 * Dollars a month for what tutorials show: a message a tweet, a function, `table.insert` for each message.
 * CPU, waiting and utilization are assumed as for our own functions, although it takes more.
 */
export function naiveCost(tweet: PlainTweet, tweets: number): Record<string, number> {
  const requests = tweets;
  const run = {
    functions: { naive: { requests: 1, bursts: 1, cpuSeconds: 0, logBytes: 0 } },
  };
  const { vcpuSeconds, gibSeconds } = instanceSeconds(run, tutorial, requests);
  return {
    "Pub/Sub": paid(
      listPrices.pubsubTiB,
      (2 * Math.max(tweet.bytes, leastMessageBytes) * tweets) / tib,
    ),
    "Cloud Run requests": paid(listPrices.millionRequests, requests / million),
    "Cloud Run instances":
      paid(listPrices.vcpuSecond, vcpuSeconds) + paid(listPrices.gibSecond, gibSeconds),
    "BigQuery writes": paid(
      listPrices.bigqueryInsertGiB,
      (Math.max(tweet.rowBytes, leastRowBytes) * tweets) / gib,
    ),
    "BigQuery storage": paid(listPrices.bigqueryGiB, (tweet.rowBytes * tweets) / gib),
  };
}

/**
 * Dollars a month without a function: a message a tweet, a transform in JavaScript on the way, a BigQuery
 * subscription. It keeps one row a tweet and can count neither exactly nor by page.
 */
export function noCodeCost(tweet: PlainTweet, tweets: number): Record<string, number> {
  const bytes = Math.max(tweet.bytes, leastMessageBytes) * tweets;
  return {
    "Pub/Sub":
      paid(listPrices.pubsubTiB, bytes / tib) + paid(listPrices.pubsubBigqueryTiB, bytes / tib),
    "BigQuery storage": paid(listPrices.bigqueryGiB, (tweet.rowBytes * tweets) / gib),
  };
}
