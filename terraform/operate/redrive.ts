import { userInfo } from "node:os";
import { failureReason } from "../../shared/events/failed-event.v1.ts";
import {
  type RedriveAnswer,
  redriveAnswer,
  redrivePageLimit,
} from "../../shared/events/redrive-request.v1.ts";
import { functionNames } from "../function-names.ts";
import { callFunction, findFunction, readUrl, tokenHelp } from "./call-function.ts";
import { parseArguments, wholeNumber } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { showBar } from "./cli/show-bar.ts";
import { UserError } from "./cli/user-error.ts";
import { targetHelp } from "./find-target.ts";
import { parseTime } from "./parse-time.ts";

const help = `Sends failed events back to the topics they came from.

  npm run redrive -- --stage normalize-tweets --since 2026-01-02 --dry-run
  npm run redrive -- --stage normalize-tweets --reason unknown-shape --since 2026-01-02T03:00Z

  --stage NAME     the function in which they failed
  --reason CODE    only with this reason (default: all)
  --since TIME     first seen at this time or later, UTC
  --dry-run        only counts them
  --page N         failed events of one request (default 10000)
  --url URL        of the function redrive-failures (default: the running local cloud's)
  --project ID     of Google Cloud, whatever runs here; needs the --url of its function
  --json           the final count as one line of JSON on standard output

${tokenHelp("redrive")}

${targetHelp}

Each is sent back once: what was sent is marked, and left out the next time. Interrupted or killed
half-way, the same command goes on. Exit codes: 0 all sent, 1 a failure, 2 a wrong argument,
130 interrupted.
`;

const functionName = "redrive-failures";
const pageTimeoutMs = 300_000;
const barFormat = "{bar} {percentage}% | {value} of {total} failed events | {eta_formatted}";

type Counts = { found: number; redriven: number; refused: number; bytes: number };

/** What `npm run redrive` does. */
export async function redrive(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseRedriveOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { isDryRun, ...selection } = options.selection;
  const body = { ...selection, dryRun: isDryRun, requestedBy: `redrive by ${userInfo().username}` };
  const { url, place } = await findFunction(functionName, options);
  process.stderr.write(`Working ${place}.\n`);
  const startedAt = performance.now();
  const counts = await redrivePages(url, body, listen());
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  process.stderr.write(describeCounts(counts, isDryRun, seconds));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...counts, seconds })}\n`);
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseRedriveOptions(args: string[]) {
  const { values } = parseArguments({
    args,
    options: {
      stage: { type: "string" },
      reason: { type: "string" },
      since: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      page: { type: "string" },
      url: { type: "string" },
      project: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { stage, since, reason, page, url, project, json } = values;
  if (stage === undefined || since === undefined) {
    throw new UserError("name the --stage and --since when. Try --help.");
  }
  const stages = functionNames();
  if (!stages.includes(stage)) {
    throw new UserError(`--stage ${stage}: must be one of ${stages.join(", ")}`);
  }
  const known = failureReason.optional().safeParse(reason);
  if (!known.success) {
    throw new UserError(`--reason ${reason}: must be one of ${failureReason.options.join(", ")}`);
  }
  return {
    url: readUrl(url),
    project,
    json,
    selection: {
      stage,
      since: new Date(parseTime("--since", since)).toISOString(),
      ...(known.data !== undefined && { reason: known.data }),
      ...(page !== undefined && {
        limit: wholeNumber("--page", page, { min: 1, max: redrivePageLimit }),
      }),
      isDryRun: values["dry-run"],
    },
  };
}

async function redrivePages(url: string, body: object, signal: AbortSignal): Promise<Counts> {
  const counts: Counts = { found: 0, redriven: 0, refused: 0, bytes: 0 };
  const bar = showBar(barFormat, 0);
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

/** A page may be asked for again, whatever became of it. */
const askForPage = (url: string, body: object, signal: AbortSignal): Promise<RedriveAnswer> =>
  callFunction({ name: functionName, url, timeoutMs: pageTimeoutMs }, body, redriveAnswer, signal);

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
