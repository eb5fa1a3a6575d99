import { userInfo } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { failureReason } from "../../shared/events/failed-event.v1.ts";
import {
  type RedriveAnswer,
  redriveAnswer,
  redrivePageLimit,
} from "../../shared/events/redrive-request.v1.ts";
import { functionNames } from "../function-names.ts";
import { parseArguments, wholeNumber } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { showBar } from "./cli/show-bar.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";
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

For a function in Google Cloud, HOURTALLY_ID_TOKEN must hold a token of someone who may invoke it:
  HOURTALLY_ID_TOKEN=$(gcloud auth print-identity-token) npm run redrive -- …

${targetHelp}

Each is sent back once: what was sent is marked, and left out the next time. Interrupted or killed
half-way, the same command goes on. Exit codes: 0 all sent, 1 a failure, 2 a wrong argument,
130 interrupted.
`;

const functionName = "redrive-failures";
/** A page may be asked for again, whatever became of it. */
const attempts = 6;
const pageTimeoutMs = 300_000;
const barFormat = "{bar} {percentage}% | {value} of {total} failed events | {eta_formatted}";

type Counts = { found: number; redriven: number; refused: number; bytes: number };

async function redrive(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseRedriveOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { isDryRun, ...selection } = options.selection;
  const body = { ...selection, dryRun: isDryRun, requestedBy: `redrive by ${userInfo().username}` };
  const { url, place } = await findFunction(options);
  process.stderr.write(`Working ${place}.\n`);
  const startedAt = performance.now();
  const counts = await redrivePages(url, body, listen());
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  process.stderr.write(describeCounts(counts, isDryRun, seconds));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...counts, seconds })}\n`);
}

/** A --url says by itself where it is: only without one it has to be found out. */
async function findFunction({
  url,
  project,
}: {
  url?: string | undefined;
  project?: string | undefined;
}): Promise<{ url: string; place: string }> {
  if (url !== undefined) {
    return { url, place: project === undefined ? `at ${url}` : `in project ${project}, at ${url}` };
  }
  const { functions, place } = await findTarget(process.env, { project });
  const known = functions[functionName];
  if (known !== undefined) return { url: known, place: `in ${place}` };
  throw new UserError(
    `name the function ${functionName} of ${place} with --url URL: see terraform -chdir=terraform output functions`,
  );
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
  if (url !== undefined && !(/^https?:/.test(url) && URL.canParse(url))) {
    throw new UserError(`--url ${url}: must be a URL, https://…`);
  }
  const known = failureReason.optional().safeParse(reason);
  if (!known.success) {
    throw new UserError(`--reason ${reason}: must be one of ${failureReason.options.join(", ")}`);
  }
  return {
    url,
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

async function askForPage(url: string, body: object, signal: AbortSignal): Promise<RedriveAnswer> {
  const { status, text } = await postUntilAnswered(url, body, signal);
  if (status === 401 || status === 403) {
    throw new UserError(`${url} answers ${status}: set HOURTALLY_ID_TOKEN, see --help`);
  }
  const page = status === 200 ? redriveAnswer.safeParse(parseJson(text)).data : undefined;
  if (page !== undefined) return page;
  const refusal = status === 200 ? undefined : readProblem(text);
  if (refusal === undefined) throw new UserError(`${url} is not ${functionName}`);
  throw new Error(`${functionName} answers ${status}: ${refusal}`);
}

/** The first answer that another attempt would not change. */
async function postUntilAnswered(
  url: string,
  body: object,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
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
      const { status } = answer;
      const text = await answer.text();
      if (status < 500 && status !== 429) return { status, text };
      failure = new Error(
        `${functionName} answers ${status}: ${readProblem(text) ?? "no reason told"}`,
      );
    } catch (error) {
      failure = error;
    }
  }
  throw new Error("the redrive stopped half-way; the same command goes on", { cause: failure });
}

function authorization(): Record<string, string> {
  const token = process.env.HOURTALLY_ID_TOKEN;
  return token ? { authorization: `Bearer ${token}` } : {};
}

const problem = z.object({
  title: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** What `application/problem+json` tells; undefined for anything else. */
function readProblem(text: string): string | undefined {
  const { data } = problem.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  const issues = data.issues.map(({ path, message }) => `\n  ${path}: ${message}`);
  return `${data.title}${issues.join("")}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
