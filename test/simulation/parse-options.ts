import { parseArgs } from "node:util";
import { UserError } from "../producer/user-error.ts";

export type SimulateOptions = {
  firstSeed: number;
  seeds: number;
  events: number;
  planted: boolean;
  keep: boolean;
  json: boolean;
};

export const helpText = `Runs the functions against simulated ports, in a storm that a seed decides, and checks every count.

  npm run simulate -- --seeds 1000 --events 10000
  npm run simulate -- --seed 17 --events 500

  --seeds N      how many seeds (default 100; 1 with --seed)
  --events M     lines of input for each (default 1000)
  --seed S       the first seed (default 1)
  --planted      plant each known fault in turn and tell after how many seeds it is caught
  --no-keep      do not add failing seeds to test/simulation/failing-seeds.json
  --json         one line of JSON on standard output instead of the report
  --help         this text

Seeds that once failed are run first, always. Exits with 1 when a count is wrong or a planted fault
is not caught. The same seed and number of events give the same run, to the last message.
`;

/** Reads the command line; undefined means that help was asked for. @throws {UserError} */
export function parseOptions(args: readonly string[]): SimulateOptions | undefined {
  const values = parseValues(args);
  if (values.help) return undefined;
  const isSingle = values.seed !== undefined;
  return {
    firstSeed: wholeNumber("--seed", values.seed ?? "1", 0),
    seeds: wholeNumber("--seeds", values.seeds ?? (isSingle ? "1" : "100"), 1),
    events: wholeNumber("--events", values.events, 1),
    planted: values.planted,
    keep: values.keep,
    json: values.json,
  };
}

function parseValues(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        seeds: { type: "string" },
        events: { type: "string", default: "1000" },
        seed: { type: "string" },
        planted: { type: "boolean", default: false },
        keep: { type: "boolean", default: true },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} (see --help)`);
  }
}

function wholeNumber(option: string, text: string, min: number): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < min) {
    throw new UserError(`${option} ${text}: must be a whole number from ${min} to 999999999`);
  }
  return number;
}
