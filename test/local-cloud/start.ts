import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { PubSub } from "@google-cloud/pubsub";
import { generateTweets } from "../producer/generate-tweets.ts";
import { publishEvents } from "../producer/publish-events.ts";
import { readEvents } from "../producer/read-events.ts";
import { buildFunctions } from "./build-functions.ts";
import { type CloudFile, findRunningCloud, removeCloudFile, writeCloudFile } from "./cloud-file.ts";
import { querySummary, queryTotals } from "./query-summary.ts";
import { renderSummary, renderTop } from "./render-summary.ts";
import { showProgress } from "./show-progress.ts";
import { type Cloud, startCloud, stateDirectory } from "./start-cloud.ts";
import { parseStartOptions, type StartOptions, startHelp } from "./start-options.ts";
import { waitUntilCounted } from "./wait-until-counted.ts";

const localProject = "hourtally-local";
const localDataset = "hourtally";
/** The ports that the well-known emulators use; any free one where it is taken. */
const usualPorts = { pubsub: 8085, bigquery: 9050, bigqueryWrite: 9060, storage: 4443 };

const say = (text: string) => process.stderr.write(`${text}\n`);

/** A cloud to publish to: one that we started, or one that was running. */
type Target = CloudFile & { own?: Cloud };

async function main(argv: string[]): Promise<void> {
  const options = parseStartOptions(argv);
  if (options.help) {
    process.stdout.write(startHelp);
    return;
  }
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());

  const startedAt = performance.now();
  const target = await openTarget(options);
  try {
    sayWhereItRuns(target);
    const bigquery = new BigQuery({ projectId: target.project });
    await publishAndCount(target, bigquery, options, interrupted.signal);
    if (!options.exit && target.own !== undefined) {
      say("Up until Ctrl-C.");
      await keepCounting(target, bigquery, interrupted.signal);
    }
    if (options.json) {
      const summary = await querySummary(bigquery, target.dataset);
      const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(3));
      process.stdout.write(`${JSON.stringify({ ...summary, seconds })}\n`);
    }
  } finally {
    await closeTarget(target);
  }
}

async function openTarget(options: StartOptions): Promise<Target> {
  const running = await findRunningCloud();
  if (running !== undefined) {
    if (options.data !== undefined || options.duplicates > 0 || options.shuffle) {
      throw new Error(
        `a local cloud is running already (process ${running.pid}): stop it to start one with other settings`,
      );
    }
    say(`Publishing to the local cloud that runs already (process ${running.pid}).`);
    Object.assign(process.env, {
      PUBSUB_EMULATOR_HOST: running.pubsub,
      BIGQUERY_EMULATOR_HOST: running.bigquery,
    });
    return running;
  }
  if (options.data !== undefined) await mkdir(options.data, { recursive: true });
  say("Building the functions and starting the local cloud …");
  await buildFunctions();
  const hasFaults = options.duplicates > 0 || options.shuffle;
  const own = await startCloud({
    projectId: localProject,
    dataset: localDataset,
    ports: {
      pubsub: await portOrAny(usualPorts.pubsub),
      bigquery: await portOrAny(usualPorts.bigquery),
      bigqueryWrite: await portOrAny(usualPorts.bigqueryWrite),
      storage: await portOrAny(usualPorts.storage),
    },
    lakeDirectory: options.data === undefined ? undefined : join(options.data, "lake"),
    database: options.data === undefined ? ":memory:" : join(options.data, "warehouse.duckdb"),
    logDirectory: join(stateDirectory, "logs"),
    archive: true,
    pubsubEmulator: process.env.PUBSUB_EMULATOR_HOST,
    ...(hasFaults && {
      faults: {
        duplicateRate: options.duplicates,
        shuffle: options.shuffle,
        seed: options.seed,
      },
    }),
  });
  const { pubsub, bigquery, bigqueryWrite, storage, bucket } = own;
  const functions = Object.fromEntries(own.functions.map(({ name, url }) => [name, url]));
  const file = {
    pid: process.pid,
    project: localProject,
    dataset: localDataset,
    pubsub,
    bigquery,
    bigqueryWrite,
    storage,
    bucket,
    functions,
  };
  await writeCloudFile(file);
  return { ...file, own };
}

async function closeTarget(target: Target): Promise<void> {
  if (target.own === undefined) return;
  await removeCloudFile();
  await target.own.stop();
}

function sayWhereItRuns(target: Target): void {
  const { pubsub, bigquery, storage, bucket, project, dataset, functions } = target;
  const lines = [
    ["Pub/Sub", `PUBSUB_EMULATOR_HOST=${pubsub}`],
    ["BigQuery", `BIGQUERY_EMULATOR_HOST=${bigquery}`],
    ["Storage", `STORAGE_EMULATOR_HOST=${storage}`],
    ["Project", `${project}, dataset ${dataset}, bucket ${bucket}`],
    ...Object.entries(functions).map(([name, url]) => ["Function", `${name} ${url}`]),
    ["Logs", join(stateDirectory, "logs")],
  ];
  for (const [name = "", value = ""] of lines) say(`  ${name.padEnd(10)} ${value}`);
  say(`
Publish a tweet of your own, or drop a file of them into the landing folder:

  echo '{"id_str":"20","created_at":"Tue Mar 21 20:50:14 +0000 2006","text":"https://example.com/"}' | npm run produce -- --input -
  npm run upload -- FILE landing/tweets/
`);
}

/** `port`, or 0 for any free one when something listens there already. */
async function portOrAny(port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return port;
  } catch {
    return 0;
  } finally {
    server.close();
  }
}

async function publishAndCount(
  target: Target,
  bigquery: BigQuery,
  options: StartOptions,
  signal: AbortSignal,
): Promise<void> {
  const before = await queryTotals(bigquery, target.dataset);
  const pubsub = new PubSub({ projectId: target.project });
  const published = { events: 0, isDone: false };
  const progress = showProgress({
    totals: () => queryTotals(bigquery, target.dataset),
    backlog: () => target.own?.backlog(),
    published: () => published.events,
  });
  try {
    await publishEvents({
      topic: pubsub.topic("tweets"),
      events: eventsOf(options),
      pack: options.pack,
      signal,
      onProgress: ({ events }) => {
        published.events = events;
      },
      ...(options.rate !== undefined && { rate: options.rate }),
    });
    await waitUntilCounted({
      totals: progress.latest,
      backlog: () => target.own?.backlog()?.messages,
      expectedLines: before.lines + published.events,
      signal,
    });
  } finally {
    await progress.stop();
    await pubsub.close();
  }
  if (signal.aborted) return;
  const summary = await querySummary(bigquery, target.dataset);
  say(renderSummary(summary));
  say(renderTop(summary.top));
}

async function* eventsOf({ input, generate, seed }: StartOptions): AsyncIterable<Uint8Array> {
  for (const path of input) {
    for await (const { bytes } of readEvents(path)) yield bytes;
  }
  if (generate === 0) return;
  const endingAt = new Date();
  for (const { json } of generateTweets({ count: generate, seed, endingAt })) {
    yield Buffer.from(json);
  }
}

/** Shows what others publish, until `signal` aborts. */
async function keepCounting(
  target: Target,
  bigquery: BigQuery,
  signal: AbortSignal,
): Promise<void> {
  let shown = await queryTotals(bigquery, target.dataset);
  let askedForMs = 0;
  while (!signal.aborted) {
    // Asking costs CPU that the counting needs, so it takes a tenth of the time at most.
    await abortableDelay(Math.max(1_000, 9 * askedForMs), signal);
    const askedAt = performance.now();
    const totals = await queryTotals(bigquery, target.dataset);
    askedForMs = performance.now() - askedAt;
    const isBusy = (target.own?.backlog()?.messages ?? 0) > 0;
    if (totals.rows === shown.rows || isBusy) continue;
    shown = totals;
    const summary = await querySummary(bigquery, target.dataset);
    say(renderSummary(summary));
    say(renderTop(summary.top));
  }
}

const abortableDelay = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

try {
  await main(process.argv.slice(2));
} catch (error) {
  const messages: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    messages.push(cause.message);
  }
  say(`\nnpm start: ${messages.join(": ")}`);
  process.exitCode = 1;
}
