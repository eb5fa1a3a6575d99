import { parseArgs } from "node:util";
import { type Retraction, retraction } from "../../shared/events/retraction.v1.ts";
import { streams } from "../../shared/streams/streams.ts";
import { UserError } from "../producer/user-error.ts";
import { findTarget } from "./find-target.ts";
import { parseHour, parseTime } from "./parse-time.ts";
import { runCommand } from "./run-command.ts";

const help = `Takes back what a stream counted wrongly, so that a replay can count it anew.

  npm run retract -- --stream url-mentions --from 2026-01-02T03:00Z --to 2026-01-02T05:00Z \\
    --reason "release 41 cut off the path of links"

  --stream NAME            ${streams.map(({ name }) => name).join(", ")}
  --from HOUR --to HOUR    hours whose counts are wrong, UTC; --to is the first that is right again
  --appended-before TIME   what was counted before this time is taken back (default: now)
  --reason TEXT            kept with the retraction
  --dry-run                only prints the row
  --json                   the row as one line of JSON on standard output

Nothing is removed: a row is appended, and the exact view leaves out what it names. First put the
mended release in place and wait until the backlog of the old one is gone, and another fifteen minutes
for the archive to have everything. Then retract, and replay as the output says: until the replay is
through, those hours count too little.
`;

const hourMs = 3_600_000;

async function retract(args: string[]): Promise<void> {
  const options = parseRetractOptions(args, new Date());
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { row, isDryRun, json } = options;
  if (!isDryRun) {
    const { project, topicPrefix, place } = await findTarget(process.env);
    await publishRow(project, `${topicPrefix}append-retractions`, row);
    process.stderr.write(`Retracted in ${place}. `);
  }
  process.stderr.write(`Now count those hours anew:\n\n  ${replayCommand(row)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(row)}\n`);
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseRetractOptions(args: string[], now: Date) {
  const values = parseValues(args);
  if (values.help) return undefined;
  const { stream, from, to } = values;
  if (stream === undefined || from === undefined || to === undefined) {
    throw new UserError("name the --stream and the hours --from and --to. Try --help.");
  }
  if (!streams.some(({ name }) => name === stream)) {
    throw new UserError(`--stream ${stream}: ${streams.map(({ name }) => name).join(", ")}`);
  }
  const first = parseHour("--from", from);
  const end = parseHour("--to", to);
  if (end <= first) throw new UserError("--to must be later than --from");
  const before = values["appended-before"];
  const appendedBefore =
    before === undefined ? now.getTime() : parseTime("--appended-before", before);
  if (appendedBefore > now.getTime()) {
    // It would take back what the replay is going to count.
    throw new UserError("--appended-before must not be in the future");
  }
  const row = retraction.parse({
    stream,
    hour_from: new Date(first).toISOString().replace(".000Z", "Z"),
    hour_to: new Date(end).toISOString().replace(".000Z", "Z"),
    appended_before: new Date(appendedBefore).toISOString(),
    reason: values.reason,
    retracted_at: now.toISOString(),
  });
  return { row, isDryRun: values["dry-run"], json: values.json };
}

function parseValues(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        stream: { type: "string" },
        from: { type: "string" },
        to: { type: "string" },
        "appended-before": { type: "string" },
        reason: { type: "string", default: "not told" },
        "dry-run": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} Try --help.`);
  }
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
function replayCommand({ hour_from, appended_before }: Retraction): string {
  const from = new Date(Date.parse(hour_from) - hourMs).toISOString();
  return `npm run replay -- --from ${from} --to ${appended_before}`;
}

if (import.meta.main) await runCommand("retract", retract);
