import { type CloseAnswer, closeAnswer } from "../../shared/events/close-request.v1.ts";
import { streams } from "../../shared/streams/streams.ts";
import { callFunction, findFunction, readUrl, tokenHelp } from "./call-function.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { targetHelp } from "./find-target.ts";
import { parseHour } from "./parse-time.ts";

const help = `Closes hours: counts them once more and writes their totals where they have changed.

  npm run close
  npm run close -- --from 2026-01-02T03:00Z --to 2026-01-09T00:00Z

  --from HOUR --to HOUR  all hours of this range, UTC, changed or not; --to is the first that is not
                         (default: what has changed since the last run, as the schedule does)
  --stream NAME          ${streams.map(({ name }) => name).join(", ")} (default: all)
  --url URL              of the function close-hours (default: the running local cloud's)
  --project ID           of Google Cloud, whatever runs here; needs the --url of its function
  --json                 the counts as one line of JSON on standard output

An hour that is not over is not closed. Topic hours-closed is told of all hours of a range, also of
those that have not changed.

${tokenHelp("close")}

${targetHelp}

Closing again is harmless. Interrupted or killed half-way, the same command goes on. Exit codes: 0 done,
1 a failure, 2 a wrong argument, 130 interrupted.
`;

const functionName = "close-hours";
/** As long as a function in Google Cloud may take. */
const timeoutMs = 600_000;

/** What `npm run close` does. */
export async function close(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseCloseOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { url, place } = await findFunction(functionName, options);
  process.stderr.write(`Working ${place}.\n`);
  const startedAt = performance.now();
  const counts = await closeRange({ name: functionName, url, timeoutMs }, options.body, listen());
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  for (const { stream, counted, closed, told, bytesBilled } of counts) {
    process.stderr.write(
      `${stream}: ${counted} hours counted, ${closed} of them new or changed, ${told} told (${bytesBilled} bytes billed)\n`,
    );
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ streams: counts, seconds })}\n`);
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseCloseOptions(args: string[]) {
  const { values } = parseArguments({
    args,
    options: {
      from: { type: "string" },
      to: { type: "string" },
      stream: { type: "string" },
      url: { type: "string" },
      project: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { from, to, stream, url, project, json } = values;
  if ((from === undefined) !== (to === undefined)) {
    throw new UserError("--from and --to go together. Try --help.");
  }
  if (stream !== undefined && !streams.some(({ name }) => name === stream)) {
    throw new UserError(`--stream ${stream}: ${streams.map(({ name }) => name).join(", ")}`);
  }
  return {
    url: readUrl(url),
    project,
    json,
    body: {
      ...(from !== undefined && to !== undefined && readRange(from, to)),
      ...(stream !== undefined && { stream }),
    },
  };
}

function readRange(from: string, to: string): { from: string; to: string } {
  const first = parseHour("--from", from);
  const end = parseHour("--to", to);
  if (end <= first) throw new UserError("--to must be later than --from");
  return { from: hourText(first), to: hourText(end) };
}

const hourText = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");

type Counts = CloseAnswer["streams"];

/** Asks until nothing of it is left: what is much takes several requests. */
async function closeRange(
  called: Parameters<typeof callFunction>[0],
  body: { from?: string; to?: string; stream?: string },
  signal: AbortSignal,
): Promise<Counts> {
  const counts = new Map<string, Counts[number]>();
  let next: string | undefined;
  do {
    const asked = body.from === undefined ? body : { ...body, from: next ?? body.from };
    const answer: CloseAnswer = await callFunction(called, asked, closeAnswer, signal);
    for (const one of answer.streams) {
      const { stream, counted, closed, told, bytesBilled } = one;
      const before = counts.get(stream);
      counts.set(stream, {
        stream,
        counted: counted + (before?.counted ?? 0),
        closed: closed + (before?.closed ?? 0),
        told: told + (before?.told ?? 0),
        bytesBilled: bytesBilled + (before?.bytesBilled ?? 0),
      });
    }
    next = answer.nextFrom;
  } while (next !== undefined && !signal.aborted);
  return [...counts.values()];
}

if (import.meta.main) await runCommand("close", close);
