import { packedEvents } from "../../shared/codec/pack-lines.ts";
import { readManifests } from "../read-manifests.ts";
import { parseArguments, wholeNumber } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { assumptions, computeCost, totalOf } from "./cost/compute-cost.ts";
import { type MeasuredRun, measureTweets } from "./cost/measure-tweets.ts";

const help = `npm run cost -- [options]

What a month costs in US dollars, from CPU and bytes measured on this machine with generated tweets,
and Google's list prices.

  --tweets N    tweets a month; may be given several times (default: 0, 1 M, 100 M and 10 B)
  --pack N      tweets in one message (default: 100)
  --sample N    tweets to measure with (default: 20000)
  --json        one JSON object on standard output instead of a table
  --help        this text
`;

const usualVolumes = [0, 1_000_000, 100_000_000, 10_000_000_000];

async function cost(args: string[]): Promise<void> {
  const options = parseCostOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { tweets, pack, sample, json } = options;
  // The first run compiles; what it measures is thrown away.
  await measureTweets({ tweets: Math.min(sample, 5_000), pack });
  const run = await measureTweets({ tweets: sample, pack });
  const functions = await readManifests();
  const costs = tweets.map((each) => ({
    tweets: each,
    cost: computeCost(run, { tweets: each, functions }),
  }));
  const measured = perTweet(run);
  process.stdout.write(
    json
      ? `${JSON.stringify({ pack, measured, assumptions, costs })}\n`
      : `${renderTable(costs)}\n${renderMeasured(measured, pack)}\n`,
  );
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseCostOptions(args: string[]) {
  const { values } = parseArguments({
    args,
    options: {
      tweets: { type: "string", multiple: true },
      pack: { type: "string", default: "100" },
      sample: { type: "string", default: "20000" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    tweets: values.tweets?.map((volume) => wholeNumber("--tweets", volume)) ?? usualVolumes,
    pack: wholeNumber("--pack", values.pack, { min: 1, max: packedEvents }),
    sample: wholeNumber("--sample", values.sample, { min: 1_000, max: 1_000_000 }),
    json: values.json,
  };
}

type PricedVolume = { tweets: number; cost: ReturnType<typeof computeCost> };

function renderTable(costs: readonly PricedVolume[]): string {
  const [first] = costs;
  const items = Object.entries(first?.cost ?? {}).map(([item]) => item);
  const amount = (item: string, { cost }: PricedVolume) =>
    dollars(Object.entries(cost).find(([name]) => name === item)?.[1] ?? 0);
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["tweets a month", ...costs.map(({ tweets }) => tweets.toLocaleString("en-US"))]),
    row(["---", ...costs.map(() => "---:")]),
    ...items.map((item) => row([item, ...costs.map((one) => amount(item, one))])),
    row(["**together**", ...costs.map(({ cost }) => `**${dollars(totalOf(cost))}**`)]),
    "",
  ].join("\n");
}

const dollars = (amount: number): string =>
  `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

function perTweet(run: MeasuredRun) {
  const bytes = (topic: string) =>
    Math.round((run.messages[topic] ?? []).reduce((total, one) => total + one, 0) / run.tweets);
  const microseconds = (cpuSeconds: number) => Math.round((cpuSeconds / run.tweets) * 1e7) / 10;
  return {
    bytes: Object.fromEntries(Object.keys(run.messages).map((topic) => [topic, bytes(topic)])),
    rowBytes: Math.round(run.rowBytes / run.tweets),
    cpuMicroseconds: Object.fromEntries(
      Object.entries(run.functions).map(([name, { cpuSeconds }]) => [
        name,
        microseconds(cpuSeconds),
      ]),
    ),
  };
}

function renderMeasured(measured: ReturnType<typeof perTweet>, pack: number): string {
  const list = (values: Record<string, number>, unit: string) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value} ${unit}`)
      .join(", ");
  return [
    `Measured for one tweet, ${pack} to a message: ${list(measured.cpuMicroseconds, "µs")};`,
    `${list(measured.bytes, "B")}; rows ${measured.rowBytes} B.`,
  ].join("\n");
}

if (import.meta.main) await runCommand("cost", cost);
