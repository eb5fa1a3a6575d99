import { parseArguments, wholeNumber } from "../../terraform/operate/cli/parse-arguments.ts";

type Options = { events: number; kills: number; seed: number; json: boolean };

export const helpText = `Sends generated events through the local cloud while its functions are killed and its network breaks.

  npm run chaos
  npm run chaos -- --events 20000 --kills 20 --seed 7

  --events N     generated events to send: published, posted as webhooks, dropped as files
                 (default 200000)
  --kills N      functions to kill with SIGKILL, one after each portion of the events (default 100)
  --seed S       seed of the events, the victims and the network's faults (default 1)
  --json         one line of JSON on standard output instead of the report
  --help         this text

Between each function on a tweet's way and each server, and between push and function, connections
are reset and stalled. In the end every count must be what was sent, nothing lost and nothing twice.
The seed repeats events and faults; what they interrupt differs from run to run. Exit codes: 0 every
count is right, 1 one is not, or a failure, 2 a wrong argument, 130 interrupted.
`;

const most = 999_999_999;

/**
 * Reads the command line; undefined means that help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseOptions(args: string[]): Options | undefined {
  const { values } = parseArguments({
    args,
    options: {
      events: { type: "string", default: "200000" },
      kills: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    events: wholeNumber("--events", values.events, { min: 1, max: most }),
    kills: wholeNumber("--kills", values.kills, { max: most }),
    seed: wholeNumber("--seed", values.seed, { max: most }),
    json: values.json,
  };
}
