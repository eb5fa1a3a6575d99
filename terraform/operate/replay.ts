import { setTimeout as delay } from "node:timers/promises";
import type { Bucket } from "@google-cloud/storage";
import * as z from "zod";
import { type ArchivedObject, readArchiveName } from "./archive-name.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { showBar } from "./cli/show-bar.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";
import { parseTime } from "./parse-time.ts";

const help = `Sends archived input again: copies its objects to the landing folder, where they are loaded.

  npm run replay -- --from 2026-01-02T03:00Z --to 2026-01-02T05:00Z

  --from TIME      input that arrived at this time or later, UTC
  --to TIME        and before this time
  --topic NAME     raw topic (default tweets)
  --run NAME       name of the run (default: the time now); to go on with one that was interrupted
  --project ID     of Google Cloud, whatever runs here; its lake is HOURTALLY_LAKE_BUCKET or
  --bucket NAME
  --dry-run        only tells what would be copied
  --json           the final count as one line of JSON on standard output

Identities make a replay harmless: what is counted already is not counted again. To replace wrong
counts, see \`npm run retract -- --help\` first. Times are those of arrival: an event that came late is
with the hour in which it came.

${targetHelp}
Exit codes: 0 all copied, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

const dayMs = 86_400_000;
/** An object holds ten minutes from the time in its name; five more for its writing. */
const objectSpanMs = 15 * 60_000;
const copiesAtOnce = 8;
const attempts = 5;
const httpError = z.object({ code: z.number() });
const preconditionFailed = 412;
const barFormat = "{bar} {percentage}% | {value} of {total} objects | {eta_formatted}";

async function replay(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseReplayOptions(args, new Date());
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const signal = listen();
  const bucket = await openLake(options);
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
  const { run, topic } = options;
  if (objects.length === 0) throw new UserError(`no archived input of ${topic} in that time`);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const copied = options.isDryRun ? 0 : await copyAll(bucket, objects, options, signal);
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
  const { values } = parseArguments({
    args,
    options: {
      from: { type: "string" },
      to: { type: "string" },
      topic: { type: "string", default: "tweets" },
      run: { type: "string" },
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
  const run = values.run ?? now.toISOString().replaceAll(/[:.]/g, "-");
  for (const [option, name] of [
    ["--run", run],
    ["--topic", values.topic],
  ]) {
    if (!/^[\w-]{1,100}$/.test(name ?? "")) {
      throw new UserError(`${option} ${name}: letters, digits, _ and - only`);
    }
  }
  const { topic, project, bucket, json } = values;
  return { from, to, run, topic, project, bucket, isDryRun: values["dry-run"], json };
}

async function openLake(options: ReplayOptions): Promise<Bucket> {
  const { bucket, project, place } = await findTarget(process.env, options);
  if (bucket === undefined) {
    throw new UserError("name the lake's bucket with --bucket or HOURTALLY_LAKE_BUCKET");
  }
  process.stderr.write(`Working in ${place}, bucket ${bucket}: run ${options.run}.\n`);
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

/**
 * The number of objects that were not there already.
 * @throws {Error} after the first failure, when no copy is under way any more.
 */
async function copyAll(
  bucket: Bucket,
  objects: readonly ArchivedObject[],
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<number> {
  const bar = showBar(barFormat, objects.length);
  const waiting = objects[Symbol.iterator]();
  let copied = 0;
  let failure: unknown;
  const copyInTurn = async () => {
    for (const { name } of waiting) {
      if (signal.aborted || failure !== undefined) return;
      try {
        if (await copyOnce(bucket, name, landingName(name, options))) copied += 1;
      } catch (error) {
        failure ??= error;
      }
      bar?.increment();
    }
  };
  await Promise.all(Array.from({ length: copiesAtOnce }, copyInTurn));
  bar?.stop();
  if (failure === undefined) return copied;
  const told = `${copied} of ${objects.length} objects copied: go on with --run ${options.run}`;
  throw new Error(told, { cause: failure });
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

if (import.meta.main) await runCommand("replay", replay);
