import { packedEvents } from "../../shared/codec/pack-lines.ts";
import { readManifests } from "../read-manifests.ts";
import { parseArguments, wholeNumber } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { naiveCost, noCodeCost } from "./cost/compare-designs.ts";
import { assumptions, computeCost, monthSeconds, sumOfAll, totalOf } from "./cost/compute-cost.ts";
import { type MeasuredRun, measureTweets } from "./cost/measure-tweets.ts";
import { loadOf, planLoad } from "./cost/plan-load.ts";
import { priceQueries } from "./cost/price-queries.ts";
import { renderPlan } from "./cost/render-plan.ts";

const help = `npm run cost -- [options]

What a month costs in US dollars, from CPU and bytes measured on this machine with generated tweets,
and Google's list prices: by what is paid for, beside the naive pipeline of tutorials (a message and an
insert a tweet, +1 counts) and a design without a function (a transform and a BigQuery subscription),
by packing, and by query.

  --tweets N    tweets a month; may be given several times (default: 0, 1 M, 100 M and 10 B)
  --pack N      tweets in one message (default: 500, the most there are)
  --sample N    tweets to measure with (default: 20000)
  --rate N      instead: which quotas N tweets a second meet, the first of them, and what then
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
  const { tweets, pack, sample, rate, json } = options;
  // The first run compiles; what it measures is thrown away.
  await measureTweets({ tweets: Math.min(sample, 5_000), pack });
  const run = await measureTweets({ tweets: sample, pack });
  const functions = await readManifests();
  if (rate !== undefined) {
    const load = loadOf(run);
    process.stdout.write(
      json
        ? `${JSON.stringify({ rate, load, limits: planLoad(load, functions) })}\n`
        : renderPlan(load, functions, rate),
    );
    return;
  }
  const costs = tweets.map((each) => ({
    tweets: each,
    cost: computeCost(run, { tweets: each, functions }),
  }));
  const measured = perTweet(run);
  const plain = plainTweet(run);
  const designs = tweets
    .filter((each) => each > 0)
    .map((each) => ({
      tweets: each,
      "one function, one insert a tweet": totalOf(naiveCost(plain, each)),
      "no function, a BigQuery subscription": totalOf(noCodeCost(plain, each)),
      "this one": totalOf(computeCost(run, { tweets: each, functions })),
    }));
  const packings = await pricePackings(sample, functions);
  const kept = { incrementBytes: loadOf(run).incrementBytes, naiveBytes: plain.rowBytes };
  const queries = [1, 12, 36].map((months) => ({
    months,
    ...priceQueries(kept, { tweets: comparedTweets, months }),
  }));
  process.stdout.write(
    json
      ? `${JSON.stringify({ pack, measured, assumptions, costs, designs, packings, queries })}\n`
      : [
          renderTable(costs, pack),
          renderMeasured(measured, pack),
          "",
          "US dollars for a million tweets, by design and tweets a month:",
          "",
          renderRows("tweets a month", designs, "tweets", ({ tweets: each }) => million / each),
          `The same of this one at ${comparedTweets.toLocaleString("en-US")} a month, by tweets in a message:`,
          "",
          renderRows("tweets in a message", packings, "pack", () => 1),
          `US dollars of one query, by months of history at ${comparedTweets.toLocaleString("en-US")} tweets a month:`,
          "",
          renderRows("months of history", queries, "months", () => 1),
        ].join("\n"),
  );
}

const million = 1_000_000;
/** Of what is compared in one more dimension. */
const comparedTweets = 100_000_000;
const packs = [1, 10, 100, 500];

/** Dollars for a million tweets, by how many are in a message. */
async function pricePackings(sample: number, functions: Awaited<ReturnType<typeof readManifests>>) {
  const priced = [];
  for (const pack of packs) {
    const run = await measureTweets({ tweets: Math.min(sample, 10_000), pack });
    const cost = totalOf(computeCost(run, { tweets: comparedTweets, functions }));
    priced.push({ pack, "a million tweets": (cost * million) / comparedTweets });
  }
  return priced;
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
      pack: { type: "string", default: String(packedEvents) },
      sample: { type: "string", default: "20000" },
      rate: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    tweets: values.tweets?.map((volume) => wholeNumber("--tweets", volume)) ?? usualVolumes,
    pack: wholeNumber("--pack", values.pack, { min: 1, max: packedEvents }),
    sample: wholeNumber("--sample", values.sample, { min: 1_000, max: 1_000_000 }),
    ...(values.rate !== undefined && { rate: wholeNumber("--rate", values.rate, { min: 1 }) }),
    json: values.json,
  };
}

/** For those who publish each tweet as it is, and keep of it what a receipt says. */
const plainTweet = (run: MeasuredRun) => ({
  bytes: run.plainBytes / run.tweets,
  rowBytes: run.receiptBytes / run.tweets,
});

type PricedVolume = { tweets: number; cost: ReturnType<typeof computeCost> };

function renderTable(costs: readonly PricedVolume[], pack: number): string {
  const [first] = costs;
  const items = Object.entries(first?.cost ?? {}).map(([item]) => item);
  const amount = (item: string, { cost }: PricedVolume) =>
    dollars(Object.entries(cost).find(([name]) => name === item)?.[1] ?? 0);
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["tweets a month", ...costs.map(({ tweets }) => tweets.toLocaleString("en-US"))]),
    row(["---", ...costs.map(() => "---:")]),
    ...items.map((item) => row([item, ...costs.map((one) => amount(item, one))])),
    row(["filling a message takes", ...costs.map(({ tweets }) => fillingTime(tweets, pack))]),
    row(["**together**", ...costs.map(({ cost }) => `**${dollars(totalOf(cost))}**`)]),
    "",
  ].join("\n");
}

/** How long a live source, spread evenly, has to wait for a full message: `npm run produce -- --linger`. */
function fillingTime(tweets: number, pack: number): string {
  if (tweets === 0) return "";
  const seconds = pack / (tweets / monthSeconds);
  if (seconds < 100) return `${seconds.toPrecision(2)} s`;
  return `${Math.round(seconds / 60).toLocaleString("en-US")} min`;
}

/** A column for each of `priced`, headed by its value of `by`, and a row for each price in it. */
function renderRows<By extends string>(
  head: string,
  priced: readonly (Record<By, number> & Record<string, number>)[],
  by: By,
  scale: (one: Record<By, number>) => number,
): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const names = Object.keys(priced[0] ?? {}).filter((name) => name !== by);
  return [
    row([head, ...priced.map((one) => one[by].toLocaleString("en-US"))]),
    row(["---", ...priced.map(() => "---:")]),
    ...names.map((name) =>
      row([name, ...priced.map((one) => `$${((one[name] ?? 0) * scale(one)).toPrecision(3)}`)]),
    ),
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
    rowBytes: Math.round(sumOfAll(Object.values(run.rowBytes)) / run.tweets),
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
