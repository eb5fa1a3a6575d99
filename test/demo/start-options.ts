import {
  parseArguments,
  wholeNumber,
  withDefaultValue,
} from "../../terraform/operate/cli/parse-arguments.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { publicJetstream } from "../producer/follow-jetstream.ts";

export const startHelp = `npm start -- [options]

Brings up the whole cloud on this machine: Pub/Sub, BigQuery and every function as a process of its
own. Publishes tweets, shows what becomes of them, prints the top links of the newest hours, closes
the hours that are over and tells which of them are unusual, and stays up for more until Ctrl-C.
Started again while one is running, it publishes to that one.

What is published
  --input FILE       a file of tweets: JSON, one a line or in an array, or the tweets.js of an account
                     archive; plain or gzip; may be given several times, "-" is standard input
  --generate N       N generated tweets of three days, with one hour in which everybody writes about
                     one page (default: 5000, where there is no --input)
  --bluesky [URL]    instead: posts of Bluesky as they happen, from a public server (or URL), until Ctrl-C
  --seed S           seed of the generated tweets (default: 1)
  --rate N           events a second (default: 2000 for generated tweets, else as fast as accepted)
  --pack N           events in one message (default: 100)

How it ends and what it prints
  --exit             stop when everything that was published is counted
  --json             print one JSON summary on standard output at the end

The local cloud
  --data DIR         keep the warehouse in DIR and find it there again (default: in memory)
  --duplicates RATE  deliver this share of messages twice, 0 to 1 (default: 0)
  --shuffle          deliver messages out of order
  --help             this text

With PUBSUB_EMULATOR_HOST set, that Pub/Sub emulator is used instead of our own.
`;

export type StartOptions = NonNullable<ReturnType<typeof parseStartOptions>>;

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says which option is wrong and what it takes.
 */
export function parseStartOptions(args: string[]) {
  const { values } = parseArguments({
    args: withDefaultValue(args, "--bluesky", publicJetstream),
    options: {
      input: { type: "string", multiple: true, default: [] },
      generate: { type: "string" },
      bluesky: { type: "string" },
      seed: { type: "string", default: "1" },
      rate: { type: "string" },
      pack: { type: "string", default: "100" },
      exit: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      data: { type: "string" },
      duplicates: { type: "string", default: "0" },
      shuffle: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { input, generate, seed, rate, pack, exit, json, data, duplicates, shuffle } = values;
  const { bluesky } = values;
  const isOther = input.length > 0 || generate !== undefined;
  if (bluesky !== undefined && (isOther || exit)) {
    const other = exit ? "--exit" : "--input and --generate";
    throw new UserError(`--bluesky goes on until Ctrl-C: leave ${other} out`);
  }
  const isDefaultRun = !isOther && bluesky === undefined;
  return {
    input,
    bluesky,
    generate: wholeNumber("--generate", generate ?? (isDefaultRun ? "5000" : "0")),
    seed: wholeNumber("--seed", seed),
    rate: rate === undefined ? (isDefaultRun ? 2_000 : undefined) : readRate(rate),
    pack: wholeNumber("--pack", pack, { min: 1, max: 100_000 }),
    exit,
    json,
    data,
    duplicates: readShare(duplicates),
    shuffle,
  };
}

function readRate(text: string): number {
  const rate = readDecimal(text);
  if (rate > 0) return rate;
  throw new UserError(`--rate ${text}: must be a number of events a second, more than 0`);
}

function readShare(text: string): number {
  const share = readDecimal(text);
  if (share >= 0 && share <= 1) return share;
  throw new UserError(`--duplicates ${text}: must be a number from 0 to 1`);
}

const readDecimal = (text: string): number =>
  /^[\d_.]+$/.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
