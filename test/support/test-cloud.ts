import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BigQuery } from "@google-cloud/bigquery";
import { PubSub, type Topic } from "@google-cloud/pubsub";
import { queryTotals, type Totals } from "../demo/query-summary.ts";
import { waitUntilCounted } from "../demo/wait-until-counted.ts";
import type { DeliveryFaults } from "../local-cloud/pubsub/draw-faults.ts";
import { type Cloud, startCloud } from "../local-cloud/start-cloud.ts";
import { publishEvents } from "../producer/publish-events.ts";

/** A local cloud for one test file, with what tests ask of it. */
export type TestCloud = Cloud & {
  bigQuery: BigQuery;
  pubSub: PubSub;
  /** A topic of this cloud by the name that the functions know. */
  topic: (name: string) => Topic;
  logDirectory: string;
  /** Publishes lines to `tweets` and waits until all of them are counted. */
  count: (lines: readonly string[], pack: number) => Promise<Totals>;
  /** Sends in some other way, and waits until so many records of messages are counted. */
  countSent: (records: number, send: () => Promise<unknown>) => Promise<Totals>;
  /** The exact view, a line a row, in one order. */
  urlHours: () => Promise<string[]>;
  query: (sql: string) => Promise<unknown[]>;
};

export async function startTestCloud(
  options: {
    faults?: DeliveryFaults;
    pubsubEmulator?: string;
    archive?: boolean;
    /** Of a tenant, such as `acme-`. */
    prefix?: string;
  } = {},
): Promise<TestCloud> {
  const { prefix = "" } = options;
  const logDirectory = await mkdtemp(join(tmpdir(), "hourtally-logs-"));
  const cloud = await startCloud({
    projectId: "test-project",
    dataset: `${prefix.replace("-", "_")}hourtally`,
    ports: { pubsub: 0, bigquery: 0, bigqueryWrite: 0, storage: 0 },
    database: ":memory:",
    logDirectory,
    onFailure: (error) => console.error(error.message),
    ...options,
  });
  const bigQuery = new BigQuery({ projectId: cloud.projectId });
  const pubSub = new PubSub({ projectId: cloud.projectId });
  const query = async (sql: string): Promise<unknown[]> => (await bigQuery.query(sql))[0];
  const topic = (name: string) => pubSub.topic(`${prefix}${name}`);
  return {
    ...cloud,
    bigQuery,
    pubSub,
    topic,
    logDirectory,
    query,
    count: (lines, pack) => {
      const events = lines.map((line) => Buffer.from(line));
      return countSent(cloud, bigQuery, lines.length, () =>
        publishEvents({ topic: topic("tweets"), events, pack }),
      );
    },
    countSent: (records, send) => countSent(cloud, bigQuery, records, send),
    urlHours: async () => {
      const rows =
        await query(`SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', hour) AS hour, url_key, url,
        host, mentions, authors, originals FROM ${cloud.dataset}.url_hours_exact ORDER BY hour, url_key`);
      return rows.map((row) => JSON.stringify(row));
    },
    stop: async () => {
      await pubSub.close();
      await cloud.stop();
      await rm(logDirectory, { recursive: true });
    },
  };
}

async function countSent(
  cloud: Cloud,
  bigQuery: BigQuery,
  records: number,
  send: () => Promise<unknown>,
): Promise<Totals> {
  const totals = () => queryTotals(bigQuery, cloud.dataset);
  let latest = await totals();
  const expectedLines = latest.lines + records;
  await send();
  const stopped = new AbortController();
  // Asking costs CPU that the counting needs: not while something is known to be under way.
  const polling = (async () => {
    while (!stopped.signal.aborted) {
      if ((cloud.backlog()?.messages ?? 0) === 0) latest = await totals();
      await delay(cloud.backlog() === undefined ? 300 : 50, undefined, stopped).catch(
        () => undefined,
      );
    }
  })();
  try {
    await waitUntilCounted({
      totals: () => latest,
      backlog: () => cloud.backlog()?.messages,
      expectedLines,
      signal: stopped.signal,
    });
  } finally {
    stopped.abort();
    await polling;
  }
  // Of what a foreign emulator still delivers nothing is known.
  return cloud.backlog() === undefined ? totals() : latest;
}
