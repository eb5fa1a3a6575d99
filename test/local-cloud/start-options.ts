import { parseArgs } from "node:util";
import * as z from "zod";

export const startHelp = `npm start -- [options]

Brings up the whole cloud on this machine: Pub/Sub, BigQuery and every function as a process of its
own. Publishes tweets, shows what becomes of them, prints the top links of the newest hours, and
stays up for more until Ctrl-C. Started again while one is running, it publishes to that one.

What is published
  --input FILE       a file of tweets, one JSON a line (.jsonl, .ndjson, .json; each also .gz);
                     may be given several times
  --generate N       N generated tweets (default: 20000, where there is no --input)
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

const rate = z.coerce.number().min(0).max(1);
const whole = z.coerce.number().int().min(1);

const options = z
  .object({
    input: z.array(z.string()).default([]),
    generate: z.coerce.number().int().min(0).optional(),
    seed: z.coerce.number().int().min(0).default(1),
    rate: z.coerce.number().positive().optional(),
    pack: whole.max(100_000).default(100),
    exit: z.boolean().default(false),
    json: z.boolean().default(false),
    data: z.string().optional(),
    duplicates: rate.default(0),
    shuffle: z.boolean().default(false),
    help: z.boolean().default(false),
  })
  .transform((given) => {
    const isDefaultRun = given.input.length === 0 && given.generate === undefined;
    const generate = given.generate ?? (isDefaultRun ? 20_000 : 0);
    return { ...given, generate, rate: given.rate ?? (isDefaultRun ? 2_000 : undefined) };
  });

export type StartOptions = z.infer<typeof options>;

/** @throws {Error} that says which option is wrong and what it takes. */
export function parseStartOptions(argv: string[]): StartOptions {
  const { values } = parseArgs({
    args: argv,
    strict: true,
    options: {
      input: { type: "string", multiple: true },
      generate: { type: "string" },
      seed: { type: "string" },
      rate: { type: "string" },
      pack: { type: "string" },
      exit: { type: "boolean" },
      json: { type: "boolean" },
      data: { type: "string" },
      duplicates: { type: "string" },
      shuffle: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const parsed = options.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`--${issue?.path.join(".")}: ${issue?.message} (see --help)`);
}
