import type { Topic } from "@google-cloud/pubsub";
import type { Bucket } from "@google-cloud/storage";
import { allowDownloads } from "../../shared/objects/allow-downloads.ts";
import { type ArrivalRange, findObjects, objectSpanMs } from "./archive/find-objects.ts";
import type { ArchivedMessage } from "./archive/read-archive.ts";
import type { ArchivedObject } from "./archive/read-archive-name.ts";
import { replayObject } from "./archive/replay-object.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { showBar } from "./cli/show-bar.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";
import { parseTime } from "./parse-time.ts";

const help = `Sends archived input again: publishes its messages as they came, with their attributes.

  npm run replay -- --from 2026-01-02T03:00Z --to 2026-01-02T05:00Z

  --from TIME      input that arrived at this time or later, UTC
  --to TIME        and before this time
  --topic NAME     raw topic (default tweets)
  --after OBJECT   only objects of the archive after this one; to go on with one that was interrupted
  --archived-until TIME
                   also look into objects that were begun so late, where the archive was behind
                   (default an hour after --to)
  --project ID     of Google Cloud, whatever runs here; its lake is HOURTALLY_LAKE_BUCKET or
  --bucket NAME
  --dry-run        only reads, and tells what would be published
  --json           the final count as one line of JSON on standard output

Identities make a replay harmless: what is counted already is not counted again. To replace wrong
counts, see \`npm run retract -- --help\` first. Times are those of arrival: an event that came late is
with the hour in which it came. An object that is damaged is named; the others are sent all the same.

${targetHelp}
Exit codes: 0 all sent, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

const hourMs = 3_600_000;
const barFormat = "{bar} {percentage}% | {value} of {total} bytes | {eta_formatted}";
/** Requests are what costs; one may have 10 MB. */
const batching = { maxMessages: 500, maxBytes: 5_000_000, maxMilliseconds: 10 };
const flowControlOptions = { maxOutstandingMessages: 10_000, maxOutstandingBytes: 32_000_000 };

/** What `npm run replay` does. */
export async function replay(
  args: string[],
  listen: () => AbortSignal,
): Promise<number | undefined> {
  const options = parseReplayOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return undefined;
  }
  const signal = listen();
  const { bucket, topic, close } = await openTarget(options);
  const objects = await findObjects(bucket, options.topic, options.range);
  const waiting = objects.filter(({ name }) => options.after === undefined || name > options.after);
  if (waiting.length === 0)
    throw new UserError(`no archived input of ${options.topic} in that time`);
  if (options.range.to > Date.now() - objectSpanMs) {
    process.stderr.write(
      "The archive is written every ten minutes: what came lately may not be in it yet.\n",
    );
  }
  const result = await replayAll(bucket, waiting, options, topic, signal);
  await close();
  process.stderr.write(describe(result, options));
  if (signal.aborted) process.stderr.write(`Interrupted: ${howToGoOn(result.after)}.\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.damaged.length > 0 ? 1 : undefined;
}

type ReplayOptions = NonNullable<ReturnType<typeof parseReplayOptions>>;

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseReplayOptions(args: string[]) {
  const { values } = parseArguments({
    args,
    options: {
      from: { type: "string" },
      to: { type: "string" },
      topic: { type: "string", default: "tweets" },
      after: { type: "string" },
      "archived-until": { type: "string" },
      project: { type: "string" },
      bucket: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  if (values.from === undefined || values.to === undefined) {
    throw new UserError("name the time --from and --to. Try --help.");
  }
  const from = parseTime("--from", values.from);
  const to = parseTime("--to", values.to);
  if (to <= from) throw new UserError("--to must be later than --from");
  const late = values["archived-until"];
  const archivedUntil = late === undefined ? to + hourMs : parseTime("--archived-until", late);
  if (archivedUntil < to) throw new UserError("--archived-until must not be before --to");
  const { topic, after, project, bucket, json } = values;
  if (!/^[\w-]{1,100}$/.test(topic)) {
    throw new UserError(`--topic ${topic}: letters, digits, _ and - only`);
  }
  if (after !== undefined && !after.startsWith(`archive/${topic}/`)) {
    throw new UserError(`--after ${after}: must be an object of archive/${topic}/`);
  }
  const range: ArrivalRange = { from, to, archivedUntil };
  return { range, topic, after, project, bucket, isDryRun: values["dry-run"], json };
}

async function openTarget(options: ReplayOptions) {
  const { bucket, project, place, topicPrefix } = await findTarget(process.env, options);
  if (bucket === undefined) {
    throw new UserError("name the lake's bucket with --bucket or HOURTALLY_LAKE_BUCKET");
  }
  process.stderr.write(`Working in ${place}, bucket ${bucket}.\n`);
  // Loaded late: they take a second, which a wrong argument need not wait for.
  const { Storage } = await import("@google-cloud/storage");
  const { PubSub } = await import("@google-cloud/pubsub");
  const pubsub = new PubSub({ projectId: project });
  const storage = new Storage({ projectId: project });
  allowDownloads(storage);
  return {
    bucket: storage.bucket(bucket),
    topic: pubsub.topic(topicPrefix + options.topic, { batching, flowControlOptions }),
    close: () => pubsub.close(),
  };
}

type ReplayResult = {
  topic: string;
  objects: number;
  messages: number;
  bytes: number;
  damaged: { object: string; messages: number; reason: string }[];
  /** The last object that was sent as far as it can be read. */
  after: string | undefined;
};

/** @throws {Error} that tells how to go on, when a message was refused or an object cannot be had. */
async function replayAll(
  bucket: Bucket,
  objects: readonly ArchivedObject[],
  options: ReplayOptions,
  topic: Topic,
  signal: AbortSignal,
): Promise<ReplayResult> {
  const result: ReplayResult = {
    topic: options.topic,
    objects: 0,
    messages: 0,
    bytes: 0,
    damaged: [],
    after: options.after,
  };
  const bar = showBar(barFormat, sizeOf(objects));
  for (const { name, size } of objects) {
    try {
      const replayed = await publishObject(bucket, name, options, topic, signal);
      result.messages += replayed.messages;
      result.bytes += replayed.bytes;
      if (signal.aborted) break;
      result.objects += 1;
      result.after = name;
      if (replayed.damage !== undefined) {
        const { messages, damage } = replayed;
        result.damaged.push({ object: name, messages, reason: messageOf(damage) });
      }
    } catch (cause) {
      bar?.stop();
      throw new Error(`replaying ${name} failed; ${howToGoOn(result.after)}`, { cause });
    }
    bar?.increment(size);
  }
  bar?.stop();
  return result;
}

/** Resolves when everything that was published is acknowledged. */
async function publishObject(
  bucket: Bucket,
  name: string,
  { range, isDryRun }: ReplayOptions,
  topic: Topic,
  signal: AbortSignal,
) {
  const publisher = topic.flowControlled();
  const isWanted = ({ publish_time }: ArchivedMessage) =>
    publish_time >= range.from * 1_000 && publish_time < range.to * 1_000;
  const send = async ({ data, attributes }: ArchivedMessage) => {
    // There is a promise to wait for only when too much is under way.
    if (!isDryRun) await publisher.publish({ data, attributes });
  };
  const open = () => bucket.file(name).createReadStream();
  const replayed = await replayObject(open, isWanted, send, signal);
  await publisher.all();
  return replayed;
}

function describe(result: ReplayResult, { isDryRun }: ReplayOptions): string {
  const { topic, objects, messages, bytes, damaged } = result;
  const done = isDryRun ? "would be published to" : "published to";
  const lines = damaged.map(
    (one) => `${one.object} ${one.reason}; ${one.messages} messages of it ${done} ${topic}.\n`,
  );
  const found = `${messages} messages of ${objects} objects, ${bytes} bytes, ${done} ${topic}.`;
  return `${lines.join("")}${found}\n`;
}

const howToGoOn = (after: string | undefined): string =>
  after === undefined ? "the same command goes on" : `go on with --after ${after}`;

const sizeOf = (objects: readonly ArchivedObject[]): number =>
  objects.reduce((sum, { size }) => sum + size, 0);

const messageOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${cause.message}` : message;

if (import.meta.main) await runCommand("replay", replay);
