import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import Table from "cli-table3";
import { parseArguments, wholeNumber } from "../../terraform/operate/cli/parse-arguments.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { equivalents } from "./equivalents.ts";
import { type Judgement, judgeMutants, type Mutant, scoreOf } from "./judge-mutants.ts";

const help = `npm run mutate -- FOLDER …

Plants small faults in every file of a folder, one at a time, and runs the unit tests that mirror it:
how many of the faults do they tell? Those that they do not tell are listed, except those of which
test/mutate/equivalents.ts says why they are no faults.

  npm run mutate -- functions/bucket-hours
  npm run mutate -- shared/streams shared/codec

  FOLDER        a folder or file of functions/ or shared/ whose tests are under test/unit/;
                functions or shared alone: each of its parts by its own tests
  --at-least N  percentage that is to be told (default 90)
  --help        this text

Takes minutes: every fault is a run of the tests that reach it.
Exit codes: 0 as many are told, 1 fewer, or a failure, 2 a wrong argument, 130 interrupted.
`;

const root = join(import.meta.dirname, "../..");
/** What only puts parts together is told by the tests that start the function. */
const assembling = ["!**/index.ts", "!**/page/**"];

async function mutate(args: string[], listen: () => AbortSignal): Promise<number | undefined> {
  const { values, positionals: given } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      "at-least": { type: "string", default: "90" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const atLeast = wholeNumber("--at-least", values["at-least"], { min: 0, max: 100 });
  const paths = given.flatMap(partsOf).map(whatIsTested);
  if (paths.length === 0) throw new UserError("which folder? Try --help.");
  const signal = listen();
  let isEnough = true;
  // What lies in one part has the same tests.
  for (const [folder, planted = []] of Object.entries(Object.groupBy(paths, partOf))) {
    const mutants = await Promise.race([plantFaults(folder, planted), lost(signal)]);
    if (mutants === undefined) return undefined;
    const judgement = judgeMutants(mutants, equivalents, (file) =>
      readFileSync(join(root, file), "utf8"),
    );
    process.stdout.write(`${render(planted.join(" "), judgement)}\n`);
    const score = scoreOf(judgement.files.values());
    if (score < atLeast || judgement.stale.length > 0) isEnough = false;
  }
  return isEnough ? 0 : 1;
}

/** The parts of functions/ or shared/, each of which has tests of its own; anything else is one part. */
function partsOf(given: string): string[] {
  const path = relative(root, join(root, given));
  if (path !== "functions" && path !== "shared") return [given];
  return readdirSync(join(root, path))
    .map((name) => `${path}/${name}`)
    .filter((part) => globSync("**/*.ts", { cwd: join(root, part) }).length > 0);
}

/** A folder or file of the project whose part of it stands under test/unit/, too. */
function whatIsTested(given: string): string {
  const path = relative(root, join(root, given));
  if (path.startsWith("..") || !existsSync(join(root, path))) {
    throw new UserError(`there is no ${given} in the project`);
  }
  if (existsSync(join(root, "test/unit", partOf(path)))) return path;
  throw new UserError(`no unit tests mirror ${given}: there is no test/unit/${partOf(path)}`);
}

/** `shared/links` of whatever is in it. */
const partOf = (path: string): string => path.split("/").slice(0, 2).join("/");

/** Stryker ends the process at a signal, when it has tidied up; not where only npm is told to end. */
const lost = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => setTimeout(() => resolve(undefined), tidyingMs));
  });

const tidyingMs = 2_000;

async function plantFaults(folder: string, paths: readonly string[]): Promise<Mutant[]> {
  process.env.MUTATED_FOLDER = folder;
  const files = paths.map((path) => (path.endsWith(".ts") ? path : `${path}/**/*.ts`));
  const results = await new Stryker({
    configFile: "test/mutate/stryker.config.json",
    mutate: [...files, ...assembling],
    reporters: [process.stderr.isTTY ? "progress" : "progress-append-only"],
  }).runMutationTest();
  return results.map((one) => ({ ...one, fileName: relative(root, one.fileName) }));
}

function render(paths: string, { files, untold, stale }: Judgement): string {
  const table = new Table({
    head: ["file", "told", "untold", "no fault", "score"],
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [file, count] of files) {
    table.push([file, count.told, count.untold, count.excused, percent(scoreOf([count]))]);
  }
  const gone = stale.map(({ file, was }) => `${file}: told now, or gone, so no equivalent: ${was}`);
  const sum = `${paths}: ${percent(scoreOf(files.values()))} of the faults are told`;
  return [...untold, ...gone, table.toString(), sum].join("\n");
}

const percent = (share: number): string => `${share.toFixed(1)} %`;

if (import.meta.main) await runCommand("mutate", mutate);
