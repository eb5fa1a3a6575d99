import { userInfo } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import * as z from "zod";
import { failureReason } from "../../shared/events/failed-event.v1.ts";
import {
  type RedriveAnswer,
  redriveAnswer,
  redrivePageLimit,
} from "../../shared/events/redrive-request.v1.ts";
import { UserError } from "../producer/user-error.ts";
import { findTarget } from "./find-target.ts";
import { parseTime } from "./parse-time.ts";
import { runCommand } from "./run-command.ts";

const help = `Sends failed events back to the topics they came from.

  npm run redrive -- --stage normalize-tweets --since 2026-01-02 --dry-run
  npm run redrive -- --stage normalize-tweets --reason unknown-shape --since 2026-01-02T03:00Z

  --stage NAME     the function in which they failed
  --reason CODE    only with this reason (default: all)
  --since TIME     first seen at this time or later, UTC
  --dry-run        only counts them
  --page N         failed events of one request (default 10000)
  --url URL        of the function redrive-failures (default: the running local cloud's)
  --json           the final count as one line of JSON on standard output

For a function in Google Cloud, HOURTALLY_ID_TOKEN must hold a token of someone who may invoke it:
  HOURTALLY_ID_TOKEN=$(gcloud auth print-identity-token) npm run redrive -- …

Each is sent back once: what was sent is marked, and left out the next time. Interrupted or killed
half-way, the same command goes on. Exit codes: 0 all sent, 1 a failure, 130 interrupted.
`;

const functionName = "redrive-failures";
/** A page may be asked for again, whatever became of it. */
const attempts = 6;
const pageTimeoutMs = 300_000;

type Counts = { found: number; redriven: number; refused: number; bytes: number };

async function redrive(args: string[], signal: AbortSignal): Promise<void> {
  const options = parseRedriveOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { isDryRun, ...selection } = options.selection;
  const body = { ...selection, dryRun: isDryRun, by: `redrive by ${userInfo().username}` };
  const url = options.url ?? (await findTarget(process.env)).functions[functionName];
  if (url === undefined) throw new UserError(`name the function ${functionName} with --url URL`);
  const startedAt = performance.now();
  const counts = await redrivePages(url, body, signal);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  process.stderr.write(describeCounts(counts, isDryRun, seconds));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...counts, seconds })}\n`);
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseRedriveOptions(args: string[]) {
  const values = parseValues(args);
  if (values.help) return undefined;
  const { stage, since, reason, page, url, json } = values;
  if (stage === undefined || since === undefined) {
    throw new UserError("name the --stage and --since when. Try --help.");
  }
  const known = failureReason.optional().safeParse(reason);
  if (!known.success) {
    throw new UserError(`--reason ${reason}: must be one of ${failureReason.options.join(", ")}`);
  }
  return {
    url,
    json,
    selection: {
      stage,
      since: new Date(parseTime("--since", since)).toISOString(),
      ...(known.data !== undefined && { reason: known.data }),
      ...(page !== undefined && { limit: readPageSize(page) }),
      isDryRun: values["dry-run"],
    },
  };
}

async function redrivePages(url: string, body: object, signal: AbortSignal): Promise<Counts> {
  const counts: Counts = { found: 0, redriven: 0, refused: 0, bytes: 0 };
  const bar = showProgress();
  try {
    let pageToken: string | undefined;
    do {
      const page = await askForPage(url, { ...body, ...(pageToken && { pageToken }) }, signal);
      counts.found = page.found;
      counts.redriven += page.redriven;
      counts.refused += page.refused;
      counts.bytes += page.bytes;
      bar?.setTotal(counts.found);
      bar?.update(counts.redriven + counts.refused);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && !signal.aborted);
  } finally {
    bar?.stop();
  }
  return counts;
}

async function askForPage(url: string, body: object, signal: AbortSignal): Promise<RedriveAnswer> {
  let failure: unknown;
  for (let attempt = 0; attempt < attempts && !signal.aborted; attempt++) {
    if (attempt > 0) await delay(500 * 2 ** attempt);
    try {
      // Not aborted by Ctrl-C: the page that is under way is finished first.
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...authorization() },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(pageTimeoutMs),
      });
      const text = await answer.text();
      if (answer.ok) return redriveAnswer.parse(JSON.parse(text));
      const refusal = `${functionName} answers ${answer.status}: ${titleOf(text)}`;
      if (answer.status < 500 && answer.status !== 429) throw new UserError(refusal);
      failure = new Error(refusal);
    } catch (error) {
      if (error instanceof UserError || error instanceof z.ZodError) throw error;
      failure = error;
    }
  }
  throw new Error("the redrive stopped half-way; the same command goes on", { cause: failure });
}

function authorization(): Record<string, string> {
  const token = process.env.HOURTALLY_ID_TOKEN;
  return token ? { authorization: `Bearer ${token}` } : {};
}

function titleOf(text: string): string {
  try {
    return z.object({ title: z.string() }).parse(JSON.parse(text)).title;
  } catch {
    return "no reason told";
  }
}

function parseValues(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        stage: { type: "string" },
        reason: { type: "string" },
        since: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        page: { type: "string" },
        url: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} Try --help.`);
  }
}

function readPageSize(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= redrivePageLimit) return size;
  throw new UserError(`--page ${text}: must be between 1 and ${redrivePageLimit}`);
}

/** A bar on a terminal; nothing elsewhere. */
function showProgress(): SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const bar = new SingleBar({
    format: "{bar} {percentage}% | {value} of {total} failed events | {eta_formatted}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(0, 0);
  return bar;
}

function describeCounts(counts: Counts, isDryRun: boolean, seconds: number): string {
  const { found, redriven, refused, bytes } = counts;
  if (isDryRun) return `${found} failed events would be sent back.\n`;
  const rest = found - redriven - refused;
  return [
    `${redriven} of ${found} failed events were sent back (${bytes} bytes, ${seconds} s).`,
    refused > 0 ? `${refused} are refused by Pub/Sub: their topic is gone, or they are none.` : "",
    rest > 0 ? `${rest} are left: the same command goes on.` : "",
  ]
    .filter(Boolean)
    .map((line) => `${line}\n`)
    .join("");
}

if (import.meta.main) await runCommand("redrive", redrive);
