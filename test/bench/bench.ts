import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArguments } from "../../terraform/operate/cli/parse-arguments.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { showBar } from "../../terraform/operate/cli/show-bar.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { type BenchReport, benchReport, countTargets, describeMachine } from "./bench-report.ts";
import { benches } from "./benches.ts";
import { compareReports } from "./compare-reports.ts";
import { renderReport } from "./render-report.ts";
import { renderComparison, renderTable } from "./render-table.ts";
import { runBench } from "./run-bench.ts";

const page = join(import.meta.dirname, "report.html");
const names = Object.keys(benches);

const help = `npm run bench -- [name …] [options]

Measures what the project promises, each ratio within one run, holds it to its target
(test/bench/targets.ts), and exits 1 when one does not hold. Besides the table it writes a page of
plots, test/bench/report.html. A quiet machine gives the truest figures.

  name …          ${names.join(", ")};
                  without one, all of them
  --quick         fewer rounds and smaller jobs; without names, what takes long is left out
  --json FILE     write all values as JSON, too
  --compare FILE  say what changed since the run that wrote FILE
  --help          this text
`;

type BenchOptions = {
  names: string[];
  isWhole: boolean;
  quick: boolean;
  json?: string;
  compare?: string;
};

async function bench(args: string[], listen: () => AbortSignal): Promise<number> {
  const options = parseBenchOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const before = options.compare === undefined ? undefined : await readReport(options.compare);
  const signal = listen();
  const report = await runAll(options, signal);
  if (report.runs.length > 0) process.stdout.write(renderTable(report));
  if (before !== undefined)
    process.stdout.write(renderComparison(compareReports(before, report), options.compare ?? ""));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report)}\n`);
  await writeFile(page, renderReport(report));
  process.stderr.write(`plots: ${relative(process.cwd(), page)}\n`);
  if (signal.aborted) throw new Error("interrupted: these are the figures so far");
  const failed = report.runs.some(({ failure }) => failure !== undefined);
  return failed || countTargets(report).missed.length > 0 ? 1 : 0;
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseBenchOptions(args: string[]): BenchOptions | undefined {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      compare: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new UserError(`no benchmark '${unknown.join("', '")}'. Try --help.`);
  const isWanted = (name: string) =>
    positionals.length > 0
      ? positionals.includes(name)
      : !values.quick || benches[name]?.quickSeconds !== undefined;
  return {
    names: names.filter(isWanted),
    isWhole: positionals.length === 0,
    quick: values.quick,
    ...(values.json !== undefined && { json: values.json }),
    ...(values.compare !== undefined && { compare: values.compare }),
  };
}

async function readReport(path: string): Promise<BenchReport> {
  try {
    return benchReport.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new UserError(`--compare ${path}: not a file that --json has written`, { cause });
  }
}

const tickMs = 250;

/** One after the other, with a bar; what ran until `signal` is in the report. */
async function runAll(options: BenchOptions, signal: AbortSignal): Promise<BenchReport> {
  const secondsOf = (name: string): number => {
    const { seconds = 0, quickSeconds } = benches[name] ?? {};
    return options.quick ? (quickSeconds ?? seconds) : seconds;
  };
  const total = options.names.reduce((sum, name) => sum + secondsOf(name), 0);
  const bar = showBar("{bar} {percentage}% | {name} | ETA {eta_formatted}", total, { name: "" });
  const runs: BenchReport["runs"] = [];
  let done = 0;
  for (const name of options.names) {
    if (bar === undefined) process.stderr.write(`measuring ${name} …\n`);
    const startedAt = performance.now();
    const tick = setInterval(() => {
      const elapsed = Math.min((performance.now() - startedAt) / 1_000, secondsOf(name));
      bar?.update(done + elapsed, { name });
    }, tickMs);
    const run = await runBench(name, { quick: options.quick }, signal);
    clearInterval(tick);
    if (signal.aborted) break;
    runs.push(run);
    done += secondsOf(name);
  }
  bar?.stop();
  const measuredAt = new Date().toISOString();
  const { quick, isWhole } = options;
  return { measuredAt, machine: describeMachine(), quick, isWhole, runs };
}

if (import.meta.main) await runCommand("bench", bench);
