import { mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { BigQuery } from "@google-cloud/bigquery";
import { PubSub } from "@google-cloud/pubsub";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import {
  type CloudFile,
  claimStart,
  findRunningCloud,
  removeCloudFile,
  stateDirectory,
  writeCloudFile,
} from "../local-cloud/cloud-file.ts";
import type { Cloud } from "../local-cloud/start-cloud.ts";
import { followJetstream } from "../producer/follow-jetstream.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { publishable } from "../producer/live-source.ts";
import { planStory } from "../producer/plan-course.ts";
import { publishEvents } from "../producer/publish-events.ts";
import { checkFiles, readEvents } from "../producer/read-events.ts";
import { checkEmulator } from "./check-emulator.ts";
import { querySummary, queryTotals, type Summary } from "./query-summary.ts";
import { renderIncidents, renderSummary, renderTop } from "./render-summary.ts";
import { showProgress } from "./show-progress.ts";
import { startOnFreePorts } from "./start-on-free-ports.ts";
import { parseStartOptions, type StartOptions, startHelp } from "./start-options.ts";
import { subtractSummary } from "./subtract-summary.ts";
import { tellIncidents } from "./tell-incidents.ts";
import { waitUntilCounted } from "./wait-until-counted.ts";
import { watchDisk } from "./watch-disk.ts";

const localProject = "hourtally-local";
const localDataset = "hourtally";
/** What everything is published to. */
const topic = "tweets";

/** As far back as generated tweets go: long enough to tell what is usual. */
const generatedHours = 72;

/** How often totals are shown while more comes in all the time. */
const busyRefreshMs = 10_000;
/** As long as anybody waits for what has just been counted. */
const longestPauseMs = 5_000;
const lookMs = 100;

const say = (text: string) => process.stderr.write(`${text}\n`);

/** A cloud to publish to: one that we started, or one that was running. */
type Target = CloudFile & { own?: Cloud };

/** Resolves with 0 after the Ctrl-C of one that has nothing to do, too: that is how it ends. */
async function start(args: string[], listen: () => AbortSignal): Promise<number | undefined> {
  const options = parseStartOptions(args);
  if (options === undefined) {
    process.stdout.write(startHelp);
    return 0;
  }
  for (const path of options.input) await checkInput(path);
  await checkFiles(options.input, topic);
  const broken = new AbortController();
  const signal = AbortSignal.any([listen(), broken.signal]);
  const startedAt = performance.now();
  const isThere = (await findRunningCloud()) !== undefined;
  const release = isThere ? undefined : await claimStart();
  const target = await openTarget(options, (error) => broken.abort(error)).finally(() =>
    release?.(),
  );
  const unwatch = watchDisk([options.data ?? tmpdir(), stateDirectory], (error) =>
    broken.abort(error),
  );
  try {
    sayWhereItRuns(target);
    const bigquery = new BigQuery({ projectId: target.project });
    const before =
      target.own === undefined ? await querySummary(bigquery, target.dataset) : undefined;
    const summarize = async () => {
      const after = await querySummary(bigquery, target.dataset);
      return before === undefined ? after : subtractSummary(after, before);
    };
    const refused =
      options.bluesky === undefined
        ? await publishAndCount(target, { bigquery, summarize }, options, signal)
        : await followAndCount(target, bigquery, options, signal);
    const isCutShort = signal.aborted;
    if (!isCutShort && !options.exit && target.own !== undefined) {
      if (options.bluesky === undefined) await sayIncidents(target, bigquery, signal);
      say("Up until Ctrl-C.");
      await keepCounting(target, bigquery, signal);
    }
    broken.signal.throwIfAborted();
    const uncounted = underWay(target.own, (name) => !basename(name).startsWith("hours-closed."));
    if (isCutShort || (signal.aborted && uncounted > 0)) {
      say(`interrupted${uncounted === 0 ? "" : whatIsLost(uncounted)}`);
      return undefined;
    }
    if (options.json) {
      const summary = await summarize();
      const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(3));
      process.stdout.write(`${JSON.stringify({ ...summary, refused, seconds })}\n`);
    }
    return refused === 0 ? 0 : 1;
  } finally {
    unwatch();
    await closeTarget(target);
  }
}

const whatIsLost = (messages: number) =>
  `: ${messages} messages were published and not counted; they are gone with this Pub/Sub`;

async function openTarget(
  options: StartOptions,
  onFailure: (error: Error) => void,
): Promise<Target> {
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
      METADATA_SERVER_DETECTION: "none",
    });
    return running;
  }
  const emulator = process.env.PUBSUB_EMULATOR_HOST;
  if (emulator !== undefined) await checkEmulator(emulator);
  if (options.data !== undefined) await mkdir(options.data, { recursive: true });
  say("Building the functions and starting the local cloud …");
  await ensureBuilt();
  const hasFaults = options.duplicates > 0 || options.shuffle;
  const own = await startOnFreePorts({
    projectId: localProject,
    dataset: localDataset,
    lakeDirectory: options.data === undefined ? undefined : join(options.data, "lake"),
    database: options.data === undefined ? ":memory:" : join(options.data, "warehouse.duckdb"),
    logDirectory: join(stateDirectory, "logs"),
    archive: true,
    pubsubEmulator: emulator,
    onFailure,
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
  try {
    await writeCloudFile(file);
  } catch (error) {
    await closeTarget({ ...file, own });
    throw error;
  }
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
    ["Clients", "METADATA_SERVER_DETECTION=none"],
    ["Project", `${project}, dataset ${dataset}, bucket ${bucket}`],
    ...Object.entries(functions).map(([name, url]) => ["Function", `${name} ${url}`]),
    ["Logs", join(stateDirectory, "logs")],
  ];
  const page = functions["serve-dashboard"];
  // What most people want, so first of all; the rest is for programs.
  if (page !== undefined) say(`\nWhat is being shared, as a page: ${page}/\n`);
  for (const [name = "", value = ""] of lines) say(`  ${name.padEnd(10)} ${value}`);
  say(`
Publish a tweet of your own, or drop a file of them into the landing folder:

  echo '{"id_str":"20","created_at":"Tue Mar 21 20:50:14 +0000 2006","text":"https://example.com/"}' | npm run produce -- --input -
  npm run upload -- FILE landing/tweets/
`);
}

/** Resolves with how many events could not be published: too large, for example. */
async function publishAndCount(
  target: Target,
  { bigquery, summarize }: { bigquery: BigQuery; summarize: () => Promise<Summary> },
  options: StartOptions,
  signal: AbortSignal,
): Promise<number> {
  const before = await queryTotals(bigquery, target.dataset);
  const pubsub = new PubSub({ projectId: target.project });
  const published = { events: 0, refused: 0 };
  const progress = showProgress({
    totals: () => queryTotals(bigquery, target.dataset),
    backlog: () => target.own?.backlog(),
    published: () => published.events,
    before: target.own === undefined ? before : undefined,
  });
  try {
    await publishEvents({
      topic: pubsub.topic(topic),
      events: eventsOf(options, (place, reason) => {
        published.refused += 1;
        say(`refused ${place}: ${reason}`);
      }),
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
  if (signal.aborted) return published.refused;
  const summary = await summarize();
  if (target.own === undefined) say("Of what was there before nothing is in these figures:");
  say(renderSummary(summary));
  say(renderTop(summary.top));
  return published.refused;
}

async function sayIncidents(
  target: Target,
  bigquery: BigQuery,
  signal: AbortSignal,
): Promise<void> {
  const { dataset, functions, own } = target;
  const url = functions["close-hours"];
  if (url === undefined) return;
  // Of the exports of the same hours nobody here waits to hear.
  const looking = ["hours-closed.detect-anomalies", "anomalies.append-rows"];
  const isLooking = () => underWay(own, (name) => looking.includes(basename(name))) > 0;
  say(renderIncidents(await tellIncidents({ url, dataset }, bigquery, isLooking, signal)));
}

/** Messages of these subscriptions that are not acknowledged, as far as that can be asked. */
function underWay(own: Cloud | undefined, isOne: (subscription: string) => boolean): number {
  return Object.entries(own?.deliveries() ?? {})
    .filter(([name]) => isOne(name))
    .reduce(
      (sum, [, { published, acknowledged, deadLettered, expired }]) =>
        sum + published - acknowledged - deadLettered - expired,
      0,
    );
}

/** Publishes posts of Bluesky and shows what is counted of them, until `signal` aborts. */
async function followAndCount(
  target: Target,
  bigquery: BigQuery,
  { bluesky = "", pack, data }: StartOptions,
  signal: AbortSignal,
): Promise<number> {
  const source = followJetstream(bluesky);
  const live = await publishable(source, {
    signal,
    path: data === undefined ? undefined : join(data, "bluesky-cursor.json"),
  });
  const pubsub = new PubSub({ projectId: target.project });
  say(`Following ${source.name}. Up until Ctrl-C.`);
  const follow = async () => {
    await publishEvents({
      topic: pubsub.topic(source.topic),
      events: live.events(say),
      pack,
      signal,
      onSettled: live.onSettled,
    });
    await live.close();
  };
  try {
    await Promise.all([follow(), keepCounting(target, bigquery, signal)]);
  } finally {
    await pubsub.close();
  }
  return 0;
}

/** Before anything is started. @throws {UserError} for a path that is no file. */
async function checkInput(path: string): Promise<void> {
  if (path === "-") return;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`--input ${path}: there is no such file`);
  if (found.isDirectory()) throw new UserError(`--input ${path}: is a folder, name its files`);
}

async function* eventsOf(
  { input, generate, seed }: StartOptions,
  onRefused: (place: string, reason: string) => void,
): AsyncIterable<Uint8Array> {
  yield* readEvents(input, { topic, onRefused });
  if (generate === 0) return;
  const made = { count: generate, seed, endingAt: new Date(), hours: generatedHours };
  for (const { json } of generateTweets({ ...made, plan: planStory })) yield Buffer.from(json);
}

/** Shows what others publish, until `signal` aborts. */
async function keepCounting(
  target: Target,
  bigquery: BigQuery,
  signal: AbortSignal,
): Promise<void> {
  let settled = settledIn(target);
  let shown = await queryTotals(bigquery, target.dataset);
  let shownAt = performance.now();
  let isAllShown = true;
  let askedAt = shownAt;
  let askedForMs = 0;
  let quietAt = shownAt;
  while (!signal.aborted) {
    await delay(lookMs, undefined, { signal }).catch(() => undefined);
    const now = performance.now();
    // Rows are there before their message is acknowledged: without one of these there are no new rows.
    const acknowledged = settledIn(target);
    const isNew = !isAllShown || settled === undefined || acknowledged !== settled;
    if (!isNew) {
      quietAt = now;
      continue;
    }
    const isBusy = (target.own?.backlog()?.messages ?? 0) > 0;
    // Asking costs CPU that the counting needs, so it takes a tenth of the time, if that is not long.
    const pauseMs = Math.min(Math.max(1_000, 9 * askedForMs), longestPauseMs);
    if (now - askedAt < pauseMs || (isBusy && now - quietAt < pauseMs)) continue;
    askedAt = now;
    settled = acknowledged;
    const totals = await queryTotals(bigquery, target.dataset);
    isAllShown = totals.rows === shown.rows || !isBusy || now - shownAt >= busyRefreshMs;
    if (isAllShown && totals.rows !== shown.rows) {
      shown = totals;
      shownAt = now;
      const summary = await querySummary(bigquery, target.dataset);
      say(renderSummary(summary));
      say(renderTop(summary.top));
    }
    askedForMs = performance.now() - askedAt;
  }
}

/** Messages that all functions have acknowledged so far; undefined where that cannot be asked. */
function settledIn({ own }: Target): number | undefined {
  const subscriptions = own?.deliveries();
  if (subscriptions === undefined) return undefined;
  return Object.values(subscriptions).reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

if (import.meta.main) {
  // Else V8 marks the whole heap, with three Google clients in it, for every 64 MB of buffers.
  setFlagsFromString("--external-memory-accounted-in-global-limit");
  await runCommand("npm start", start);
}
