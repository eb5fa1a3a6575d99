import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { PubSub } from "@google-cloud/pubsub";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { findRunningCloud, stateDirectory } from "../local-cloud/cloud-file.ts";
import { explainFailure } from "./explain-failure.ts";
import { findServer, type PubsubServer, requireListening } from "./find-server.ts";
import { followJetstream } from "./follow-jetstream.ts";
import { followMastodon, tokenVariable } from "./follow-mastodon.ts";
import { generateTurnstiles } from "./generate-turnstiles.ts";
import { generateTweets } from "./generate-tweets.ts";
import { publishable } from "./live-source.ts";
import { helpText, type ProduceOptions, parseOptions } from "./parse-options.ts";
import { publishEvents } from "./publish-events.ts";
import { checkFiles, readEvents } from "./read-events.ts";
import { showProgress, silentProgress } from "./show-progress.ts";

type Source = {
  attributes: Record<string, string>;
  /** `refuse` hears where something stands that cannot be published, and why; `note` what else is said. */
  events: (
    refuse: (place: string, reason: string) => void,
    note: (line: string) => void,
  ) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** What the source is as a whole: events if it is made up, else bytes; unknown for a pipe. */
  total: number | undefined;
  bytesRead: () => number;
  /** Of a source that goes on for ever. */
  live?: {
    onSettled: (events: number) => void;
    /** Seconds behind what happens now. */
    lag: () => number | undefined;
    close: () => Promise<void>;
  };
};

/** What `npm run produce` does. */
export async function produce(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stdout.write(helpText);
    return;
  }
  const signal = listen();
  const source = await openSource(options, signal);
  const local = await findRunningCloud();
  const server = findServer({ project: options.project, environment: process.env, local });
  if (server.address !== undefined) {
    // The client asks the metadata server about credentials even where it needs none.
    process.env.METADATA_SERVER_DETECTION ??= "none";
    await requireListening(server.address);
  }
  await publishSource(options, source, server, signal);
}

async function publishSource(
  options: ProduceOptions,
  source: Source,
  server: PubsubServer,
  signal: AbortSignal,
): Promise<void> {
  const { topic, pack, lingerMs, rate } = options;
  const { live } = source;
  const attributes = { ...source.attributes, ...options.attributes };
  const { project, address, place } = server;
  if (!options.quiet) process.stderr.write(`publishing to ${topic} in ${place}\n`);

  const startedAt = performance.now();
  const count = { events: 0, messages: 0, bytes: 0, refused: 0 };
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const refuse = (place: string, reason: string) => {
    count.refused += 1;
    progress.note(`refused ${place}: ${reason}`);
  };
  const isGenerated = options.source.kind !== "files";
  const progress = options.quiet
    ? silentProgress
    : showProgress(source.total, () => ({
        events: count.events,
        seconds: seconds(),
        done: isGenerated ? count.events : source.bytesRead(),
        lag: live?.lag(),
      }));
  const pubsub = new PubSub({
    projectId: project,
    ...(address === undefined ? {} : { apiEndpoint: address, emulatorMode: true }),
  });

  let failure: unknown;
  try {
    await publishEvents({
      topic: pubsub.topic(topic),
      events: source.events(refuse, (line) => progress.note(line)),
      pack,
      lingerMs,
      attributes,
      signal,
      ...(rate === undefined ? {} : { rate }),
      onProgress: (acknowledged) => Object.assign(count, acknowledged),
      ...(live === undefined ? {} : { onSettled: live.onSettled }),
    });
    await live?.close();
  } catch (error) {
    failure = error;
  }
  progress.stop();

  const summary = { ...count, seconds: seconds() };
  if (!options.quiet) process.stderr.write(`${describeCount(summary, topic)}\n`);
  const outcome = failure !== undefined ? "failed" : signal.aborted ? "interrupted" : "completed";
  if (options.json) writeSummary({ topic, project, outcome, ...summary });
  if (failure !== undefined) throw new Error(explainFailure(failure, { topic, ...server }));
}

async function openSource(options: ProduceOptions, signal: AbortSignal): Promise<Source> {
  const { source, topic } = options;
  if ("server" in source) {
    return openLive(source, { signal, path: options.cursor });
  }
  if (source.kind !== "files") {
    const { kind, count, seed } = source;
    const made = { count, seed, endingAt: new Date() };
    const lines =
      kind === "turnstiles"
        ? generateTurnstiles(made)
        : generateTweets(made).map(({ json }) => json);
    return {
      attributes: {},
      events: () => lines.map((line) => Buffer.from(line)),
      total: count,
      bytesRead: () => 0,
    };
  }

  const { paths } = source;
  let total: number | undefined = 0;
  for (const path of paths) {
    const size = await sizeOf(path);
    total = total === undefined || size === undefined ? undefined : total + size;
  }
  await checkFiles(paths, topic);
  let bytesRead = 0;
  const onRead = (bytes: number) => {
    bytesRead += bytes;
  };
  return {
    attributes: {},
    events: (onRefused) => readEvents(paths, { topic, onRead, onRefused }),
    total,
    bytesRead: () => bytesRead,
  };
}

/** A source that goes on from where it was published to when it was stopped. */
async function openLive(
  { kind, server }: { kind: "bluesky" | "mastodon"; server: string },
  { signal, path }: { signal: AbortSignal; path: string | undefined },
): Promise<Source> {
  const live =
    kind === "bluesky"
      ? followJetstream(server)
      : followMastodon(server, { token: process.env[tokenVariable] });
  const file = `${live.name.replaceAll(/[^a-z0-9.-]+/gi, "-")}.json`;
  const published = await publishable(live, {
    signal,
    path: path ?? join(stateDirectory, "cursors", file),
  });
  return {
    attributes: live.attributes,
    events: (_refuse, note) => published.events(note),
    total: undefined,
    bytesRead: () => 0,
    live: published,
  };
}

/**
 * Bytes of a file, undefined for a pipe.
 * @throws {UserError} for what cannot be read.
 */
async function sizeOf(path: string): Promise<number | undefined> {
  if (path === "-") return undefined;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new UserError(`no file ${path}: check --input (relative to ${process.cwd()})`);
  }
  if (found.isDirectory()) throw new UserError(`${path} is a folder: name its files with --input`);
  await access(path, constants.R_OK).catch(() => {
    throw new UserError(`no permission to read ${path}: check its owner and mode`);
  });
  return found.isFile() ? found.size : undefined;
}

type Summary = {
  events: number;
  messages: number;
  bytes: number;
  refused: number;
  seconds: number;
};

function describeCount(summary: Summary, topic: string): string {
  const { events, messages, bytes, refused, seconds } = summary;
  const number = (value: number, digits = 0) =>
    value.toLocaleString("en", { maximumFractionDigits: digits });
  const counted = (count: number, what: string) =>
    `${number(count)} ${what}${count === 1 ? "" : "s"}`;
  const [unit, scale] = bytes < 1e3 ? ["B", 1] : bytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return (
    `acknowledged by ${topic}: ${counted(events, "event")} in ${counted(messages, "message")}, ` +
    `${number(bytes / scale, 1)} ${unit}, ${number(seconds, 1)} s, ${number(events / seconds)} events/s` +
    `; refused: ${number(refused)}`
  );
}

function writeSummary(
  summary: Summary & { topic: string; project: string; outcome: string },
): void {
  const { events, seconds } = summary;
  const line = JSON.stringify({
    ...summary,
    seconds: Number(seconds.toFixed(3)),
    events_per_second: Math.round(events / seconds),
  });
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await runCommand("produce", produce);
