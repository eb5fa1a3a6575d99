import { writeFile } from "node:fs/promises";
import { describeAnomaly } from "../../functions/detect-anomalies/describe-anomaly.ts";
import {
  createTotalsFinder,
  type FindTotals,
} from "../../functions/detect-anomalies/find-totals.ts";
import {
  createJudge,
  type Finding,
  judgeSeries,
  type Series,
} from "../../functions/detect-anomalies/judge-series.ts";
import { keySeries } from "../../functions/detect-anomalies/key-series.ts";
import { knownHours } from "../../functions/detect-anomalies/known-hours.ts";
import { historyHours } from "../../functions/detect-anomalies/score-hour.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import { streams } from "../../shared/streams/streams.ts";
import { drawHours } from "./anomalies/draw-hours.ts";
import { plotHours } from "./anomalies/plot-hours.ts";
import type { PlottedHour } from "./anomalies/plotted-hour.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";
import { parseHour } from "./parse-time.ts";

const help = `Shows the hours of a stream beside what was expected of them, and says which are unusual, and why.

  npm run anomalies -- --stream url-mentions --from 2026-01-02 --to 2026-01-09

  --stream NAME            ${streams.map(({ name }) => name).join(", ")}
  --from HOUR --to HOUR    UTC, --to is the first that is not shown (default: the last seven days)
  --key KEY                one of the biggest keys of those hours (default: the total of the stream)
  --sensitivity NUMBER     in place of that of the stream: 6.5 is calm, 4.5 tells of much that is nothing
  --svg FILE               where the plot is written (default: anomalies-NAME.svg)
  --project ID             of Google Cloud, whatever runs here
  --json                   what is unusual, one line of JSON each, on standard output, and no plot

It judges closed hours as they are known now, by the rules of detect-anomalies; it says and changes
nothing elsewhere.

${targetHelp}
Exit codes: 0 done, 1 a failure, 2 a wrong argument.
`;

const hourMs = 3_600_000;
const shownHours = 7 * 24;
const usualColumns = 100;
const maximumBytesBilled = String(100 * 1024 ** 3);

/** What `npm run anomalies` does. */
export async function showAnomalies(args: string[]): Promise<void> {
  const options = parseAnomaliesOptions(args, Date.now());
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { stream, json, svg, key } = options;
  const { project, dataset, place } = await findTarget(process.env, { project: options.project });
  process.stderr.write(`Reading ${stream.totals.table} in ${place}.\n`);
  const { BigQuery } = await import("@google-cloud/bigquery");
  const config = { dataset, maximumBytesBilled };
  const find = createTotalsFinder(new BigQuery({ projectId: project }), [stream], config);
  const { series, revision } = await readSeries(find, options);
  const { hours, findings } = judgeHours(series, options);
  if (hours.length === 0)
    throw new UserError("no hour of that time is closed: see --from and --to");
  const named = { revision, ...(key !== undefined && { key: [key] }) };
  const rows = findings.map((finding) => describeAnomaly(finding, stream, named));
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const reasons = new Map(findings.map(({ hour }, at) => [hour, rows[at]?.reason ?? ""]));
  const title = `${stream.name}${key === undefined ? "" : `, ${key}`}: counted and expected, by the hour`;
  await writeFile(svg, drawHours(hours, title, reasons));
  process.stdout.write(plotHours(hours, process.stdout.columns ?? usualColumns));
  for (const { hour, state, reason } of rows)
    process.stdout.write(`${hour}  ${state}  ${reason}\n`);
  if (rows.length === 0) process.stdout.write("Nothing is unusual.\n");
  process.stderr.write(`Wrote ${svg}.\n`);
}

type Options = NonNullable<ReturnType<typeof parseAnomaliesOptions>>;

/**
 * Reads the command line; undefined when help was asked for. Hours are counted since 1970, UTC.
 * @throws {UserError} that says what to write instead.
 */
export function parseAnomaliesOptions(args: string[], now: number) {
  const { values } = parseArguments({
    args,
    options: {
      stream: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      key: { type: "string" },
      sensitivity: { type: "string" },
      svg: { type: "string" },
      project: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const known = streams.map(({ name }) => name).join(", ");
  if (values.stream === undefined) throw new UserError(`name the --stream: ${known}. Try --help.`);
  const stream = streams.find(({ name }) => name === values.stream);
  if (stream === undefined) throw new UserError(`--stream ${values.stream}: ${known}`);
  const to =
    values.to === undefined ? Math.floor(now / hourMs) : parseHour("--to", values.to) / hourMs;
  const from =
    values.from === undefined ? to - shownHours : parseHour("--from", values.from) / hourMs;
  if (to <= from) throw new UserError("--to must be later than --from");
  return {
    stream,
    from,
    to,
    key: values.key,
    sensitivity: readSensitivity(values.sensitivity, stream),
    svg: values.svg ?? `anomalies-${stream.name}.svg`,
    project: values.project,
    json: values.json,
  };
}

function readSensitivity(text: string | undefined, stream: Stream): number {
  if (text === undefined) return stream.anomalies.sensitivity;
  const number = Number(text);
  if (text.trim() !== "" && number >= 1 && number <= 100) return number;
  throw new UserError(`--sensitivity ${text}: must be a number from 1 to 100`);
}

/** The series that is asked for, with the history that it is judged by. */
async function readSeries(
  find: FindTotals,
  { stream, from, to, key }: Pick<Options, "stream" | "from" | "to" | "key">,
): Promise<{ series: Series; revision: number }> {
  const begin = from - 2 * historyHours;
  const found = (await find.closings(begin)).get(stream.name) ?? [];
  const closings = found.filter(({ hour }) => hour < to);
  const revision = Math.max(0, ...closings.map((one) => one.revision));
  const watermark = Math.max(0, ...closings.map((one) => one.watermark));
  const known = knownHours(closings, { revision, watermark });
  if (key === undefined) {
    const hours = known.hours.map(({ state, events }) => ({
      state,
      count: events,
      isJudged: true,
    }));
    return { series: { from: known.from, hours }, revision };
  }
  const counts = await find.keys(stream, { from: begin, judgedFrom: from - 24, revision });
  const own = counts.filter((one) => one.key.length === 1 && one.key[0] === key);
  const named = own.length > 0 ? own : counts.filter((one) => JSON.stringify(one.key) === key);
  if (named.length === 0) {
    const keys = [
      ...new Set(
        counts.map((one) => (one.key.length === 1 ? one.key[0] : JSON.stringify(one.key))),
      ),
    ];
    throw new UserError(
      `--key ${key}: the biggest keys of those hours are\n  ${keys.join("\n  ")}`,
    );
  }
  return { series: keySeries(named, known), revision };
}

function judgeHours(
  series: Series,
  { from, to, sensitivity }: Pick<Options, "from" | "to" | "sensitivity">,
): { hours: PlottedHour[]; findings: Finding[] } {
  const findings = judgeSeries(series, from, sensitivity).filter(({ hour }) => hour < to);
  const unusual = new Set(
    findings.filter(({ state }) => state !== "closed").map(({ hour }) => hour),
  );
  const judge = createJudge(series, sensitivity);
  const hours = series.hours
    .map(({ count }, at) => ({ hour: series.from + at, actual: count }))
    .filter(({ hour }) => hour >= from && hour < to)
    .map((one) => ({ ...one, judged: judge(one.hour), isUnusual: unusual.has(one.hour) }));
  return { hours, findings };
}

if (import.meta.main) await runCommand("anomalies", showAnomalies);
