import { parseArguments, wholeNumber } from "../../terraform/operate/cli/parse-arguments.ts";

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

Seeds that once failed are run first, always. The same seed and number of events give the same run, to
the last message. Exit codes: 0 every count is right and every planted fault caught, 1 one is not, or a
failure, 2 a wrong argument.
`;

const most = 999_999_999;

/**
 * Reads the command line; undefined means that help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseOptions(args: string[]): SimulateOptions | undefined {
  const { values } = parseArguments({
    args,
    allowNegative: true,
    options: {
      seeds: { type: "string" },
      events: { type: "string", default: "1000" },
      seed: { type: "string" },
      planted: { type: "boolean", default: false },
      keep: { type: "boolean", default: true },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const isSingle = values.seed !== undefined;
  return {
    firstSeed: wholeNumber("--seed", values.seed ?? "1", { max: most }),
    seeds: wholeNumber("--seeds", values.seeds ?? (isSingle ? "1" : "100"), { min: 1, max: most }),
    events: wholeNumber("--events", values.events, { min: 1, max: most }),
    planted: values.planted,
    keep: values.keep,
    json: values.json,
  };
}
