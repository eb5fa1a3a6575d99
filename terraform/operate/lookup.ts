import { normalizeUrl } from "../../shared/links/normalize-url.ts";
import type { HourIndex } from "../../shared/streams/stream.ts";
import { streams } from "../../shared/streams/streams.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";
import { findHours } from "./lookup/find-hours.ts";
import { type Found, type FoundRow, readKey } from "./lookup/read-key.ts";
import { parseHour } from "./parse-time.ts";

const indices = streams.flatMap((stream) => stream.indices);
const hourMs = 3_600_000;
const usualDays = 30;

const help = `Looks up a key in the files that export-hours writes of closed hours, and in nothing else.

  npm run lookup -- example.org/page
  npm run lookup -- 'https://www.example.org/page?utm_source=x' --from 2026-01-02

  KEY                    what is counted, as the views show it; of a link, its key is made first
  --index NAME           ${indices
    .map((index) => `${index.name}, by ${index.sortedBy[0]}`)
    .join(`;
                         `)}
                         (default: ${indices[0]?.name})
  --from HOUR --to HOUR  hours of this range, UTC; --to is the first that is not in it
                         (default: the ${usualDays} days before --to, or before now)
  --project ID           of Google Cloud, whatever runs here; its lake is HOURTALLY_LAKE_BUCKET or
  --bucket NAME
  --json                 all of it as one line of JSON on standard output

An hour is there a moment after it is closed: open hours, and what came late to an hour since it was
closed, are in the view url_hours. What was read of the files is said at the end.

${targetHelp}
Exit codes: 0 looked up, found or not, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

/** What `npm run lookup` does. */
export async function lookup(args: string[]): Promise<void> {
  const options = parseLookupOptions(args, Date.now());
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { index, key, range, json } = options;
  const { bucket, project, place } = await findTarget(process.env, options);
  if (bucket === undefined) {
    throw new UserError("name the lake's bucket with --bucket or HOURTALLY_LAKE_BUCKET");
  }
  process.stderr.write(`Working in ${place}, bucket ${bucket}.\n`);
  // Loaded late: it takes a second, which a wrong argument need not wait for.
  const { Storage } = await import("@google-cloud/storage");
  const lake = new Storage({ projectId: project }).bucket(bucket);
  const hours = await findHours(lake, index.name, range);
  const [column = ""] = index.sortedBy;
  const found = await readKey(lake, hours, { column, key });
  if (json) {
    const rows = found.rows.map(({ hour, counts }) => ({ hour, ...counts }));
    const answer = { index: index.name, key, hours: hours.length, rows, read: found.read };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  process.stdout.write(renderRows(found.rows, column));
  process.stderr.write(describeLookup(key, hours.length, found));
}

/**
 * Reads the command line; undefined when help was asked for. Times in ms since 1970, UTC.
 * @throws {UserError} that says what to write instead.
 */
export function parseLookupOptions(args: string[], now: number) {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      index: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      project: { type: "string" },
      bucket: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [written, ...others] = positionals;
  if (written === undefined || written === "") throw new UserError("which key? Try --help.");
  if (others.length > 0) {
    throw new UserError(
      `one key at a time, not ${positionals.length}: quote one that has spaces or &`,
    );
  }
  const index = indices.find(({ name }) => name === (values.index ?? indices[0]?.name));
  if (index === undefined) {
    throw new UserError(`--index ${values.index}: ${indices.map(({ name }) => name).join(", ")}`);
  }
  const to = values.to === undefined ? now : parseHour("--to", values.to);
  const from =
    values.from === undefined
      ? Math.floor(to / hourMs) * hourMs - usualDays * 24 * hourMs
      : parseHour("--from", values.from);
  if (to <= from) throw new UserError("--to must be later than --from");
  const { project, bucket, json } = values;
  return { key: keyOf(written, index), index, range: { from, to }, project, bucket, json };
}

/** Of a link, the key of the page that it shows. */
function keyOf(written: string, { sortedBy }: HourIndex): string {
  if (sortedBy[0] !== "url_key" || !/^https?:\/\//i.test(written)) return written;
  const normalized = normalizeUrl(written);
  if ("ignored" in normalized) {
    throw new UserError(
      `${written}: no such link is counted (${normalized.ignored}). \`npm run explain-url\` says more.`,
    );
  }
  return normalized.urlKey;
}

/** A line for each row: its hour, what else its key has, and its counts. */
function renderRows(rows: readonly FoundRow[], column: string): string {
  const cells = rows.map(({ hour, counts }) => [
    hour,
    ...Object.entries(counts).flatMap(([name, value]) =>
      name === column ? [] : [typeof value === "string" ? value : `${value} ${name}`],
    ),
  ]);
  const widths = cells.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)),
    [],
  );
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function describeLookup(key: string, hours: number, { rows, read }: Found): string {
  const counted = (many: number, what: string) => `${many} ${what}${many === 1 ? "" : "s"}`;
  if (hours === 0) {
    return `No hour of this range has an index: it is written when an hour is closed (npm run close), and --from and --to say where to look.\n`;
  }
  const where = new Set(rows.map(({ hour }) => hour)).size;
  return [
    `${key}: in ${where} of ${counted(hours, "hour")}.`,
    `Read ${read.bytes} of ${read.of} bytes in ${counted(read.files, "file")}, by ${counted(read.requests, "request")}.\n`,
  ].join("\n");
}

if (import.meta.main) await runCommand("lookup", lookup);
