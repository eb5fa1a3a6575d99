import { parseArgs } from "node:util";
import { UserError } from "./user-error.ts";

export type ProduceOptions = {
  topic: string;
  project: string | undefined;
  source: { kind: "files"; paths: string[] } | { kind: "generate"; count: number; seed: number };
  /** Events a second. */
  rate: number | undefined;
  pack: number;
  attributes: Record<string, string>;
  json: boolean;
  quiet: boolean;
};

export const helpText = `Publishes events to a Pub/Sub topic, local or real.

  npm run produce -- --generate 10000
  npm run produce -- --input tweets.jsonl.gz --topic tweets --rate 500
  zcat stream.gz | npm run --silent produce -- --input -

What to publish (one of the two)
  --input FILE       events of a file; may be repeated. .json: one object, an array, or objects
                     one after another; any other name: one event a line. .gz is unpacked.
                     "-" is standard input, one event a line. Bytes are sent as they are.
  --generate N       N made-up tweets (API v1.1), the newest of now
  --seed S           another seed, other tweets (default 1)

Where to
  --topic T          topic (default tweets)
  --project P        project; else GOOGLE_CLOUD_PROJECT
  The server is PUBSUB_EMULATOR_HOST if set (project hourtally-local unless named); else the local
  cloud if "npm start" is running (unless --project names another project); else Google Cloud.

How
  --rate N           N events a second, evenly spread (default: as fast as the server accepts)
  --pack N           at most N events a message, 1 to 500 (default 100), and at most 1 MB
  --attribute k=v    attribute of every message; may be repeated

What is printed
  --json             the final count as one line of JSON on standard output
  --quiet            only errors (and the line of --json)
  --help             this text

Events over 9.5 MB are refused and counted; the rest goes on. Ctrl-C stops reading, waits for what
is on its way, prints the count and exits with 130. Errors exit with 1.
`;

/** DESIGN: a packed message holds at most 500 events. */
const MAX_PACK = 500;
// cloud.google.com/pubsub/quotas#resource_limits
const MAX_ATTRIBUTE_KEY_BYTES = 256;
const MAX_ATTRIBUTE_VALUE_BYTES = 1_024;

/** Reads the command line. `undefined` means that help was asked for. Throws a UserError. */
export function parseOptions(args: readonly string[]): ProduceOptions | undefined {
  const values = parseValues(args);
  if (values.help) return undefined;

  const pack = wholeNumber("--pack", values.pack);
  if (pack < 1 || pack > MAX_PACK) {
    throw new UserError(`--pack ${pack}: must be between 1 and ${MAX_PACK}`);
  }
  return {
    topic: values.topic,
    project: values.project,
    source: parseSource(values),
    rate: values.rate === undefined ? undefined : parseRate(values.rate),
    pack,
    attributes: Object.fromEntries(values.attribute.map(parseAttribute)),
    json: values.json,
    quiet: values.quiet,
  };
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        topic: { type: "string", default: "tweets" },
        project: { type: "string" },
        input: { type: "string", multiple: true, default: [] },
        generate: { type: "string" },
        seed: { type: "string" },
        rate: { type: "string" },
        pack: { type: "string", default: "100" },
        attribute: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason}\nSee npm run produce -- --help`);
  }
}

function parseSource(values: {
  input: string[];
  generate?: string | undefined;
  seed?: string | undefined;
}): ProduceOptions["source"] {
  if (values.generate === undefined) {
    if (values.input.length === 0) {
      throw new UserError(
        "nothing to publish: name a file with --input FILE, or make tweets up with --generate N\nSee npm run produce -- --help",
      );
    }
    if (values.seed !== undefined) throw new UserError("--seed goes with --generate N only");
    return { kind: "files", paths: values.input };
  }
  if (values.input.length > 0) {
    throw new UserError("--input and --generate exclude each other: run the producer twice");
  }
  return {
    kind: "generate",
    count: wholeNumber("--generate", values.generate),
    seed: wholeNumber("--seed", values.seed ?? "1"),
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (!/^\d[\d_]*$/.test(text) || !Number.isSafeInteger(value)) {
    throw new UserError(`${option} ${text}: must be a whole number`);
  }
  return value;
}

function parseRate(text: string): number {
  const rate = Number(text.replaceAll("_", ""));
  if (!/^[\d_.]+$/.test(text) || !(rate > 0) || !Number.isFinite(rate)) {
    throw new UserError(`--rate ${text}: must be a number of events a second, more than 0`);
  }
  return rate;
}

function parseAttribute(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UserError(`--attribute ${text}: must be written key=value`);
  const key = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (key.startsWith("goog")) {
    throw new UserError(`--attribute ${text}: Pub/Sub keeps keys that start with goog to itself`);
  }
  if (
    Buffer.byteLength(key) > MAX_ATTRIBUTE_KEY_BYTES ||
    Buffer.byteLength(value) > MAX_ATTRIBUTE_VALUE_BYTES
  ) {
    throw new UserError(
      `--attribute ${key.slice(0, 40)}…: Pub/Sub takes keys of ${MAX_ATTRIBUTE_KEY_BYTES} and values of ${MAX_ATTRIBUTE_VALUE_BYTES} bytes`,
    );
  }
  return [key, value];
}
