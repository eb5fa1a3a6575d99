import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { PubSub } from "@google-cloud/pubsub";
import { maxEventBytes } from "./event-limits.ts";
import { explainFailure } from "./explain-failure.ts";
import { findServer, type PubsubServer, requireListening } from "./find-server.ts";
import { generateTweets } from "./generate-tweets.ts";
import { helpText, type ProduceOptions, parseOptions } from "./parse-options.ts";
import { publishEvents } from "./publish-events.ts";
import { readEvents } from "./read-events.ts";
import { showProgress, silentProgress } from "./show-progress.ts";
import { UserError } from "./user-error.ts";

const LOCAL_CLOUD_FILE = join(import.meta.dirname, "../../.hourtally/cloud.json");
// npm passes on the signal that the terminal has sent already: not a second Ctrl-C.
const SAME_SIGNAL = 1_000;

process.exit(await main(process.argv.slice(2)));

/** Runs the command line and returns the exit code; every failure has been told by then. */
async function main(args: readonly string[]): Promise<number> {
  let target = { topic: "", project: "" };
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      process.stdout.write(helpText);
      return 0;
    }
    target = { topic: options.topic, project: options.project ?? "" };
    const source = await openSource(options.source);
    const server = findServer({
      project: options.project,
      environment: process.env,
      localCloudFile: LOCAL_CLOUD_FILE,
    });
    target = { ...target, ...server };
    if (server.address !== undefined) {
      // The client asks the metadata server about credentials even where it needs none.
      process.env.METADATA_SERVER_DETECTION ??= "none";
      await requireListening(server.address);
    }
    return await produce(options, source, server);
  } catch (error) {
    process.stderr.write(`produce: ${explainFailure(error, target)}\n`);
    return 1;
  }
}

type Source = {
  events: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** What the source is as a whole: events if it is made up, else bytes; unknown for a pipe. */
  total: number | undefined;
  bytesRead: () => number;
  /** Where the event handed out last came from. */
  position: () => string;
};

async function produce(
  options: ProduceOptions,
  source: Source,
  server: PubsubServer,
): Promise<number> {
  const { topic, attributes, pack, rate } = options;
  const { project, address } = server;
  if (!options.quiet) {
    process.stderr.write(`publishing to ${topic} of ${project} at ${address ?? "Google Cloud"}\n`);
  }

  const startedAt = performance.now();
  const count = { events: 0, messages: 0, bytes: 0, refused: 0 };
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const isGenerated = options.source.kind === "generate";
  const progress = options.quiet
    ? silentProgress
    : showProgress(source.total, () => ({
        events: count.events,
        seconds: seconds(),
        done: isGenerated ? count.events : source.bytesRead(),
      }));
  const interruption = listenForInterruption();
  const pubsub = new PubSub({
    projectId: project,
    ...(address === undefined ? {} : { apiEndpoint: address, emulatorMode: true }),
  });

  let failure: unknown;
  try {
    await publishEvents({
      topic: pubsub.topic(topic),
      events: source.events,
      pack,
      attributes,
      signal: interruption.signal,
      ...(rate === undefined ? {} : { rate }),
      onProgress: (acknowledged) => Object.assign(count, acknowledged),
      onRefused: () => {
        count.refused += 1;
        const limit = maxEventBytes.toLocaleString("en");
        progress.note(`refused ${source.position()}: more than ${limit} bytes`);
      },
    });
  } catch (error) {
    failure = error;
  }
  progress.stop();

  const summary = { ...count, seconds: seconds() };
  if (!options.quiet) process.stderr.write(`${describeCount(summary, topic)}\n`);
  if (failure !== undefined) {
    process.stderr.write(`produce: ${explainFailure(failure, { topic, ...server })}\n`);
  }
  const interrupted = interruption.exitCode();
  const outcome =
    failure !== undefined ? "failed" : interrupted !== undefined ? "interrupted" : "completed";
  if (options.json) await writeSummary({ topic, project, outcome, ...summary });
  return failure !== undefined ? 1 : (interrupted ?? 0);
}

async function openSource(source: ProduceOptions["source"]): Promise<Source> {
  if (source.kind === "generate") {
    const { count, seed } = source;
    const tweets = generateTweets({ count, seed, endingAt: new Date() });
    return {
      events: tweets.map(({ json }) => Buffer.from(json)),
      total: count,
      bytesRead: () => 0,
      position: () => "a generated tweet",
    };
  }

  let total: number | undefined = 0;
  for (const path of source.paths) {
    const size = await sizeOf(path);
    total = total === undefined || size === undefined ? undefined : total + size;
  }
  let bytesRead = 0;
  let position = "";
  async function* readAll(paths: readonly string[]) {
    for (const path of paths) {
      const events = readEvents(path, (bytes) => {
        bytesRead += bytes;
      });
      for await (const { line, bytes } of events) {
        position = `${path === "-" ? "standard input" : path}, line ${line}`;
        yield bytes;
      }
    }
  }
  return {
    events: readAll(source.paths),
    total,
    bytesRead: () => bytesRead,
    position: () => position,
  };
}

/** Bytes of a file, `undefined` for a pipe. Throws a UserError for what cannot be read. */
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

/** The first signal ends the reading; another one, later, ends the program at once. */
function listenForInterruption(): { signal: AbortSignal; exitCode: () => number | undefined } {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let interruptedAt = 0;
  const listen = (name: "SIGINT" | "SIGTERM", code: number) =>
    process.on(name, () => {
      if (exitCode !== undefined && performance.now() - interruptedAt > SAME_SIGNAL) {
        process.exit(exitCode);
      }
      if (exitCode === undefined) interruptedAt = performance.now();
      exitCode ??= code;
      controller.abort();
    });
  listen("SIGINT", 130);
  listen("SIGTERM", 143);
  return { signal: controller.signal, exitCode: () => exitCode };
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
  return (
    `acknowledged by ${topic}: ${number(events)} events in ${number(messages)} messages, ` +
    `${number(bytes / 1e6, 1)} MB, ${number(seconds, 1)} s, ${number(events / seconds)} events/s` +
    `; refused: ${number(refused)}`
  );
}

async function writeSummary(
  summary: Summary & { topic: string; project: string; outcome: string },
): Promise<void> {
  const { events, seconds } = summary;
  const line = JSON.stringify({
    ...summary,
    seconds: Number(seconds.toFixed(3)),
    events_per_second: Math.round(events / seconds),
  });
  await new Promise<void>((resolve) => {
    process.stdout.write(`${line}\n`, () => resolve());
  });
}
