import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Bucket } from "@google-cloud/storage";
import { SingleBar } from "cli-progress";
import * as z from "zod";
import { UserError } from "../producer/user-error.ts";
import { type ArchivedObject, readArchiveName } from "./archive-name.ts";
import { findTarget } from "./find-target.ts";
import { parseTime } from "./parse-time.ts";
import { runCommand } from "./run-command.ts";

const help = `Sends archived input again: copies its objects to the landing folder, where they are loaded.

  npm run replay -- --from 2026-01-02T03:00Z --to 2026-01-02T05:00Z

  --from TIME      input that arrived at this time or later, UTC
  --to TIME        and before this time
  --topic NAME     raw topic (default tweets)
  --run NAME       name of the run (default: the time now); to go on with one that was interrupted
  --dry-run        only tells what would be copied
  --json           the final count as one line of JSON on standard output

Identities make a replay harmless: what is counted already is not counted again. To replace wrong
counts, see \`npm run retract -- --help\` first. Times are those of arrival: an event that came late is
with the hour in which it came. Exit codes: 0 all copied, 1 a failure, 130 interrupted.
`;

const dayMs = 86_400_000;
/** An object holds what came in the ten minutes after the time in its name. */
const objectSpanMs = 15 * 60_000;
const copiesAtOnce = 8;
const attempts = 5;
const httpError = z.object({ code: z.number() });
const preconditionFailed = 412;

async function replay(args: string[], signal: AbortSignal): Promise<void> {
  const options = parseReplayOptions(args, new Date());
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const bucket = await openLake();
  const objects: ArchivedObject[] = [];
  for (const day of daysOf(options)) {
    for (const object of await listDay(bucket, options.topic, day)) {
      if (isWithin(object, options)) objects.push(object);
    }
  }
  if (options.to > Date.now() - objectSpanMs) {
    process.stderr.write(
      "The archive is written every ten minutes: what came lately may not be in it yet.\n",
    );
  }
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const copied = options.isDryRun ? 0 : await copyAll(bucket, objects, options, signal);
  const { run, topic } = options;
  const found = `${objects.length} objects of ${topic}, ${bytes} bytes`;
  process.stderr.write(
    options.isDryRun
      ? `${found}, would be copied to landing/${topic}/replay/${run}/.\n`
      : `${found}: ${copied} copied to landing/${topic}/replay/${run}/, ${objects.length - copied} ` +
          (signal.aborted ? `not yet: go on with --run ${run}.\n` : "there already.\n"),
  );
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ run, topic, objects: objects.length, bytes, copied })}\n`,
    );
  }
}

type ReplayOptions = NonNullable<ReturnType<typeof parseReplayOptions>>;

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseReplayOptions(args: string[], now: Date) {
  const values = parseValues(args);
  if (values.help) return undefined;
  if (values.from === undefined || values.to === undefined) {
    throw new UserError("name the time --from and --to. Try --help.");
  }
  const from = parseTime("--from", values.from);
  const to = parseTime("--to", values.to);
  if (to <= from) throw new UserError("--to must be later than --from");
  const run = values.run ?? now.toISOString().replaceAll(/[:.]/g, "-");
  for (const [option, name] of [
    ["--run", run],
    ["--topic", values.topic],
  ]) {
    if (!/^[\w-]{1,100}$/.test(name ?? "")) {
      throw new UserError(`${option} ${name}: letters, digits, _ and - only`);
    }
  }
  return { from, to, run, topic: values.topic, isDryRun: values["dry-run"], json: values.json };
}

function parseValues(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        from: { type: "string" },
        to: { type: "string" },
        topic: { type: "string", default: "tweets" },
        run: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} Try --help.`);
  }
}

async function openLake(): Promise<Bucket> {
  const { bucket, project } = await findTarget(process.env);
  if (bucket === undefined) throw new UserError("set HOURTALLY_LAKE_BUCKET to the lake's bucket");
  const { Storage } = await import("@google-cloud/storage");
  return new Storage({ projectId: project }).bucket(bucket);
}

/** Days in whose folders objects of the time may lie, `2026-01-02`. */
function daysOf({ from, to }: ReplayOptions): string[] {
  const first = Math.floor((from - objectSpanMs) / dayMs);
  const last = Math.floor((to - 1) / dayMs);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    new Date((first + index) * dayMs).toISOString().slice(0, 10),
  );
}

/** Whether an object may hold input of the time: those of shortly before it reach into it. */
const isWithin = ({ openedAt }: ArchivedObject, { from, to }: ReplayOptions): boolean =>
  openedAt >= from - objectSpanMs && openedAt < to;

async function listDay(bucket: Bucket, topic: string, day: string): Promise<ArchivedObject[]> {
  const [files] = await bucket.getFiles({ prefix: `archive/${topic}/${day}/` });
  return files.flatMap(({ name, metadata }) => {
    const openedAt = readArchiveName(name);
    return openedAt === undefined ? [] : [{ name, openedAt, size: Number(metadata.size ?? 0) }];
  });
}

/** The number of objects that were not there already. */
async function copyAll(
  bucket: Bucket,
  objects: readonly ArchivedObject[],
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<number> {
  const bar = showProgress(objects.length);
  const waiting = objects[Symbol.iterator]();
  let copied = 0;
  const copyInTurn = async () => {
    for (const { name } of waiting) {
      if (signal.aborted) return;
      if (await copyOnce(bucket, name, landingName(name, options))) copied += 1;
      bar?.increment();
    }
  };
  try {
    await Promise.all(Array.from({ length: copiesAtOnce }, copyInTurn));
  } finally {
    bar?.stop();
  }
  return copied;
}

const landingName = (name: string, { topic, run }: ReplayOptions): string =>
  `landing/${topic}/replay/${run}/${name.split("/").slice(2).join("_")}`;

/** False when the copy is there already. */
async function copyOnce(bucket: Bucket, from: string, to: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await bucket.file(from).copy(bucket.file(to), { preconditionOpts: { ifGenerationMatch: 0 } });
      return true;
    } catch (error) {
      const code = httpError.safeParse(error).data?.code ?? 0;
      if (code === preconditionFailed) return false;
      const isTransient = code >= 500 || code === 429;
      if (!isTransient || attempt === attempts) {
        throw new Error(`copying ${from} failed`, { cause: error });
      }
      await delay(250 * 2 ** attempt);
    }
  }
}

/** A bar on a terminal; nothing elsewhere. */
function showProgress(total: number): SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const bar = new SingleBar({
    format: "{bar} {percentage}% | {value} of {total} objects | {eta_formatted}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return bar;
}

if (import.meta.main) await runCommand("replay", replay);
