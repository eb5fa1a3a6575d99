import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { showBar } from "../../terraform/operate/cli/show-bar.ts";
import { catchFaults, medianSeeds } from "./catch-faults.ts";
import { keepFailingSeeds, readFailingSeeds } from "./failing-seeds.ts";
import { signOf } from "./judge-run.ts";
import { helpText, parseOptions, type SimulateOptions } from "./parse-options.ts";
import { plantedFaults } from "./planted-faults.ts";
import { runSeeds, type Summary } from "./run-seeds.ts";
import { type MinimalSchedule, shrinkFailure } from "./shrink-failure.ts";
import { sightings } from "./sightings.ts";
import { suspensionPoints } from "./suspension-points.ts";

/** Failing runs that are made smaller and told in full. */
const maxShrunk = 3;
/** Seeds after which a planted fault counts as not caught. */
const maxSeedsPerFault = 200;
const barFormat =
  "{bar} {percentage}% | {value} of {total} | {duration_formatted} | ETA {eta_formatted}";

/** Resolves with the exit code. It takes no signal: a run leaves the processor to nobody. */
async function simulate(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stdout.write(helpText);
    return 0;
  }
  return options.planted ? showPlanted(options) : showRuns(options);
}

async function showRuns(options: SimulateOptions): Promise<number> {
  const { firstSeed, seeds, events } = options;
  const plan = [
    ...(await readFailingSeeds()),
    ...Array.from({ length: seeds }, (_, index) => ({ seed: firstSeed + index, events })),
  ];
  const startedMs = performance.now();
  const bar = showBar(barFormat, plan.length);
  let traceHash = "";
  const summary = await runSeeds(plan, (run) => {
    traceHash = run.traceHash;
    bar?.increment();
  });
  bar?.stop();
  const seconds = (performance.now() - startedMs) / 1_000;
  const minimal: MinimalSchedule[] = [];
  for (const failing of summary.failing.slice(0, maxShrunk)) {
    minimal.push(await shrinkFailure(failing.run, failing.events));
  }
  if (options.keep) await keepFailingSeeds(summary.failing.map(describeFailing));
  const { failing, ...totals } = summary;
  const failingSeeds = failing.map(describeFailing);
  if (options.json) {
    const deliveriesPerSecond = Math.round(summary.deliveries / seconds);
    const messagesPerSecond = Math.round(summary.messages / seconds);
    const speed = { seconds, deliveriesPerSecond, messagesPerSecond };
    const report = { ...totals, events, ...speed, failingSeeds, minimal };
    process.stdout.write(`${JSON.stringify(seeds === 1 ? { ...report, traceHash } : report)}\n`);
  } else {
    process.stdout.write(describe(summary, seconds));
    if (seeds === 1) process.stdout.write(`trace hash               ${traceHash}\n`);
    for (const { seed, events: of, found } of failingSeeds) {
      process.stdout.write(`\nFAILED --seed ${seed} --events ${of}: ${found}\n`);
    }
    for (const schedule of minimal) process.stdout.write(describeMinimal(schedule));
  }
  return failing.length === 0 ? 0 : 1;
}

function describeFailing({ run, events }: Summary["failing"][number]) {
  return { seed: run.seed, events, found: signOf(run.verdict) };
}

function describe(summary: Summary, seconds: number): string {
  const { verdict, conservation, deaths } = summary;
  const { received, counted, duplicates, ignored, deletes, failed } = conservation;
  const died = suspensionPoints.filter((point) => (deaths[point] ?? 0) > 0).length;
  const rows: [string, string][] = [
    ["seeds", `${format(summary.seeds)} in ${format(seconds)} s`],
    [
      "deliveries",
      `${format(summary.deliveries)} of events, ${format(summary.deliveries / seconds)} a second`,
    ],
    [
      "in messages",
      `${format(summary.messages)} handled, ${format(summary.messages / seconds)} a second`,
    ],
    ["faults", format(summary.faults)],
    ["died at", `${died} of ${suspensionPoints.length} suspension points`],
    [
      "items of tweets",
      `${format(received)} received = ${format(counted)} counted + ${format(duplicates)} duplicates + ` +
        `${format(ignored)} ignored + ${format(deletes)} deletes + ${format(failed)} failed`,
    ],
    ...sightings.flatMap((what): [string, string][] => {
      const count = summary.sightings[what] ?? 0;
      return count === 0 ? [] : [[format(count), what]];
    }),
    ...Object.entries(verdict).map(([name, count]): [string, string] => [name, format(count)]),
  ];
  return rows.map(([name, text]) => `${name.padEnd(24)} ${text}\n`).join("");
}

function format(count: number): string {
  return Math.round(count).toLocaleString("en");
}

function describeMinimal({ seed, events, storm, faults, problems }: MinimalSchedule): string {
  const indent = (lines: readonly string[]) => lines.map((line) => `    ${line}\n`).join("");
  return (
    `\nMinimal schedule of seed ${seed}: ${events} events, storm ${JSON.stringify(storm)}\n` +
    `  with these faults:\n${indent(faults)}  this is wrong:\n${indent(problems)}`
  );
}

async function showPlanted({ firstSeed, events, json }: SimulateOptions): Promise<number> {
  const bar = showBar(barFormat, plantedFaults.length);
  const caught = await catchFaults({ firstSeed, events, maxSeeds: maxSeedsPerFault }, () =>
    bar?.increment(),
  );
  bar?.stop();
  const missed = caught.filter(({ seeds }) => seeds === undefined);
  const median = medianSeeds(caught);
  if (json) process.stdout.write(`${JSON.stringify({ events, median, caught })}\n`);
  else {
    for (const { name, seeds, sign } of caught) {
      const after = seeds === undefined ? "NOT CAUGHT" : `${seeds}`.padStart(10);
      process.stdout.write(`${after}  ${name}${sign === undefined ? "" : ` (${sign})`}\n`);
    }
    const share = `${caught.length - missed.length} of ${caught.length}`;
    process.stdout.write(`caught ${share}, after a median of ${median} seeds\n`);
  }
  return missed.length === 0 ? 0 : 1;
}

if (import.meta.main) await runCommand("simulate", simulate);
