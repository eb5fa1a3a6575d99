import { packedEvents } from "../../shared/codec/pack-lines.ts";
import {
  parseArguments,
  wholeNumber,
  withDefaultValue,
} from "../../terraform/operate/cli/parse-arguments.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { publicJetstream } from "./follow-jetstream.ts";

export type ProduceOptions = {
  topic: string;
  project: string | undefined;
  source:
    | { kind: "files"; paths: string[] }
    | { kind: "generate" | "turnstiles"; count: number; seed: number }
    | { kind: "bluesky" | "mastodon"; server: string };
  /** Where a live source keeps how far it is. */
  cursor: string | undefined;
  /** Events a second. */
  rate: number | undefined;
  pack: number;
  /** ms that a message waits for more events. */
  lingerMs: number;
  attributes: Record<string, string>;
  json: boolean;
  quiet: boolean;
};

export const helpText = `Publishes events to a Pub/Sub topic, local or real.

  npm run produce -- --generate 10000
  npm run produce -- --input tweets.jsonl.gz --topic tweets --rate 500
  zcat stream.gz | npm run --silent produce -- --input -
  npm run produce -- --bluesky

What to publish (one of them)
  --input FILE       events of a file, told by its content, as an upload reads it: JSON objects one a
                     line, over several lines or one after another, the elements of an array, the
                     tweets.js of an account archive, CSV where the topic takes it; plain or gzip.
                     May be repeated. "-" is standard input. What cannot be read is refused before
                     anything is published.
  --generate N       N made-up tweets (API v1.1), the newest of now
  --turnstiles N     N made-up readings of turnstiles, one every ten seconds, the newest of now
  --seed S           another seed, other events (default 1)
  --bluesky [URL]    posts and reposts of Bluesky as they happen, from a Jetstream server of either
                     kind (default ${publicJetstream}), until Ctrl-C
  --mastodon HOST    public statuses of a Mastodon server as they happen; its access token is taken
                     from MASTODON_TOKEN
  --cursor FILE      where a live source keeps how far it is published, to go on from there without a
                     gap (default: a file in .hourtally); repeats are counted once

Where to
  --topic T          topic (default tweets, turnstiles, bluesky-events or mastodon-statuses)
  --project P        project; else GOOGLE_CLOUD_PROJECT
  The server is PUBSUB_EMULATOR_HOST if set (project hourtally-local unless named); else the local
  cloud if "npm start" is running (unless --project names another project); else Google Cloud.

How
  --rate N           N events a second, evenly spread (default: as fast as the server accepts)
  --pack N           at most N events a message, 1 to 500 (default 500), and at most 1 MB
  --linger S         seconds that a message waits for more events, up to 60 (default 0.1): fuller
                     messages cost less, emptier ones are fresher; npm run cost says how much
  --attribute k=v    attribute of every message; may be repeated
  Messages over 1 KiB are compressed with zstd; --attribute content-encoding=identity sends them plain.

What is printed
  --json             the final count as one line of JSON on standard output
  --quiet            only errors (and the line of --json)
  --help             this text

Events over 9.5 MB are refused and counted; the rest goes on. Ctrl-C stops reading, waits for what
is on its way and prints the count. Exit codes: 0 all published, 1 a failure, 2 a wrong argument,
130 interrupted.
`;

// cloud.google.com/pubsub/quotas#resource_limits
const maxAttributeKeyBytes = 256;
const maxAttributeValueBytes = 1_024;
/** What is held for longer is not live. */
const maxLingerSeconds = 60;

/** Where the events of a source go, unless a topic is named. */
const topics = {
  files: "tweets",
  generate: "tweets",
  turnstiles: "turnstiles",
  bluesky: "bluesky-events",
  mastodon: "mastodon-statuses",
} as const;

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseOptions(args: string[]): ProduceOptions | undefined {
  const { values } = parseArguments({
    args: withDefaultValue(args, "--bluesky", publicJetstream),
    options: {
      topic: { type: "string" },
      bluesky: { type: "string" },
      mastodon: { type: "string" },
      cursor: { type: "string" },
      project: { type: "string" },
      input: { type: "string", multiple: true, default: [] },
      generate: { type: "string" },
      turnstiles: { type: "string" },
      seed: { type: "string" },
      rate: { type: "string" },
      pack: { type: "string", default: String(packedEvents) },
      linger: { type: "string", default: "0.1" },
      attribute: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (values.help) return undefined;
  const source = parseSource(values);
  return {
    topic: values.topic ?? topics[source.kind],
    project: values.project,
    source,
    cursor: values.cursor,
    rate: values.rate === undefined ? undefined : parseRate(values.rate),
    pack: wholeNumber("--pack", values.pack, { min: 1, max: packedEvents }),
    lingerMs: parseLinger(values.linger),
    attributes: Object.fromEntries(values.attribute.map(parseAttribute)),
    json: values.json,
    quiet: values.quiet,
  };
}

function parseSource(values: {
  input: string[];
  generate?: string | undefined;
  turnstiles?: string | undefined;
  seed?: string | undefined;
  bluesky?: string | undefined;
  mastodon?: string | undefined;
  cursor?: string | undefined;
}): ProduceOptions["source"] {
  const { bluesky, mastodon } = values;
  const made = (["generate", "turnstiles"] as const).filter((kind) => values[kind] !== undefined);
  const asked = [values.input.length > 0, ...made, bluesky, mastodon].filter(Boolean);
  if (asked.length > 1) {
    throw new UserError(
      "--input, --generate, --turnstiles, --bluesky and --mastodon exclude each other: run the producer twice",
    );
  }
  if (bluesky !== undefined) return { kind: "bluesky", server: bluesky };
  if (mastodon !== undefined) return { kind: "mastodon", server: mastodon };
  if (values.cursor !== undefined) {
    throw new UserError("--cursor goes with --bluesky or --mastodon only");
  }
  const [kind] = made;
  if (kind === undefined) {
    if (values.input.length === 0) {
      throw new UserError(
        "nothing to publish: name a file with --input FILE, make tweets up with --generate N, or follow --bluesky. Try --help.",
      );
    }
    if (values.seed !== undefined) {
      throw new UserError("--seed goes with --generate N or --turnstiles N only");
    }
    return { kind: "files", paths: values.input };
  }
  return {
    kind,
    count: wholeNumber(`--${kind}`, values[kind] ?? ""),
    seed: wholeNumber("--seed", values.seed ?? "1"),
  };
}

function parseLinger(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= maxLingerSeconds) return seconds * 1_000;
  throw new UserError(`--linger ${text}: must be seconds from 0 to ${maxLingerSeconds}`);
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
    Buffer.byteLength(key) > maxAttributeKeyBytes ||
    Buffer.byteLength(value) > maxAttributeValueBytes
  ) {
    throw new UserError(
      `--attribute ${key.slice(0, 40)}…: Pub/Sub takes keys of ${maxAttributeKeyBytes} and values of ${maxAttributeValueBytes} bytes`,
    );
  }
  return [key, value];
}
