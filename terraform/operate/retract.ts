import { type Retraction, retraction } from "../../shared/events/retraction.v1.ts";
import { streams } from "../../shared/streams/streams.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { quoteForShell } from "./cli/quote.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";
import { parseHour, parseTime } from "./parse-time.ts";

const help = `Takes back what a stream counted wrongly, so that a replay can count it anew.

  npm run retract -- --stream url-mentions --from 2026-01-02T03:00Z --to 2026-01-02T05:00Z \\
    --reason "release 41 cut off the path of links"

  --stream NAME            ${streams.map(({ name }) => name).join(", ")}
  --from HOUR --to HOUR    hours whose counts are wrong, UTC; --to is the first that is right again
  --landed-before TIME     what landed before this time is taken back (default: now)
  --reason TEXT            kept with the retraction
  --dry-run                only prints the row
  --project ID             of Google Cloud, whatever runs here
  --json                   the row as one line of JSON on standard output

Nothing is removed: a row is appended, and the exact view leaves out what it names. First put the
mended release in place and wait until the backlog of the old one is gone, and another fifteen minutes
for the archive to have everything. Then retract, and replay as the output says: until the replay is
through, those hours count too little.

${targetHelp}
Exit codes: 0 done, 1 a failure, 2 a wrong argument.
`;

const hourMs = 3_600_000;

/** What `npm run retract` does. */
export async function retract(args: string[]): Promise<void> {
  const options = parseRetractOptions(args, new Date());
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { row, project: named, isDryRun, json } = options;
  const { project, topicPrefix, place } = await findTarget(process.env, { project: named });
  const topic = `${topicPrefix}append-retractions`;
  process.stderr.write(`Working in ${place}, topic ${topic}.\n`);
  if (!isDryRun) await publishRow(project, topic, row);
  if (json || isDryRun) process.stdout.write(`${JSON.stringify(row)}\n`);
  process.stderr.write(
    isDryRun ? "would be retracted; then:" : `Retracted in ${place}. Now count those hours anew:`,
  );
  process.stderr.write(`\n\n  ${replayCommand(row, named)}\n`);
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseRetractOptions(args: string[], now: Date) {
  const { values } = parseArguments({
    args,
    options: {
      stream: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      "landed-before": { type: "string" },
      reason: { type: "string", default: "not told" },
      project: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { stream, from, to, reason, project } = values;
  if (stream === undefined || from === undefined || to === undefined) {
    throw new UserError("name the --stream and the hours --from and --to. Try --help.");
  }
  if (!streams.some(({ name }) => name === stream)) {
    throw new UserError(`--stream ${stream}: ${streams.map(({ name }) => name).join(", ")}`);
  }
  const first = parseHour("--from", from);
  const end = parseHour("--to", to);
  if (end <= first) throw new UserError("--to must be later than --from");
  const before = values["landed-before"];
  const landedBefore = before === undefined ? now.getTime() : parseTime("--landed-before", before);
  if (landedBefore > now.getTime()) {
    // It would take back what the replay is going to count.
    throw new UserError("--landed-before must not be in the future");
  }
  if (!retraction.shape.reason.safeParse(reason).success) {
    throw new UserError("--reason: 1 to 1024 characters");
  }
  const row = retraction.parse({
    stream,
    hour_from: new Date(first).toISOString().replace(".000Z", "Z"),
    hour_to: new Date(end).toISOString().replace(".000Z", "Z"),
    landed_before: new Date(landedBefore).toISOString(),
    reason,
    retracted_at: now.toISOString(),
  });
  return { row, project, isDryRun: values["dry-run"], json: values.json };
}

async function publishRow(project: string, topic: string, row: Retraction): Promise<void> {
  const { PubSub } = await import("@google-cloud/pubsub");
  const pubsub = new PubSub({ projectId: project });
  await pubsub.topic(topic).publishMessage({
    data: Buffer.from(JSON.stringify(row)),
    attributes: { schema: "retraction.v1" },
  });
  await pubsub.close();
}

/**
 * Everything that was taken back: an event may come an hour before the time it bears, and as late as
 * the retraction itself.
 */
function replayCommand({ hour_from, landed_before }: Retraction, project?: string): string {
  const from = new Date(Date.parse(hour_from) - hourMs).toISOString();
  const where = project === undefined ? "" : ` --project ${quoteForShell(project)}`;
  return `npm run replay -- --from ${from} --to ${landed_before}${where}`;
}

if (import.meta.main) await runCommand("retract", retract);
