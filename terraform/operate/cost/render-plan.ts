import { type Instances, type MetLimit, planLoad, type TweetLoad } from "./plan-load.ts";
import { steadyLimits } from "./quotas.ts";

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Markdown: every limit on the way, the rate at which it is met, and what helps then. */
export function renderLimits(load: TweetLoad, functions: readonly Instances[]): string {
  const limits = planLoad(load, functions);
  return [
    row(["limit", "today", "met at tweets/s", "what helps"]),
    row(["---", "---", "---:", "---"]),
    ...limits.map(({ limit, value, metAt, remedy, source }) =>
      row([`${linked(limit, source)}`, value, rounded(metAt), remedy]),
    ),
    ...steadyLimits.map(({ limit, value, use, source }) =>
      row([linked(limit, source), value, "never", use]),
    ),
    "",
  ].join("\n");
}

/** For a terminal: what a rate asks of each limit, and which is met first. */
export function renderPlan(load: TweetLoad, functions: readonly Instances[], rate: number): string {
  const limits = planLoad(load, functions);
  const [first] = limits;
  const exceeded = limits.filter(({ metAt }) => metAt < rate);
  const perDay = (rate * 86_400).toLocaleString("en", { notation: "compact" });
  return [
    `${rate.toLocaleString("en")} tweets/s, ${perDay} a day:`,
    ...limits.map((limit) => `  ${describeUse(limit, rate)}`),
    "",
    first === undefined || exceeded.length === 0
      ? `Nothing is met before ${rounded(first?.metAt ?? 0)} tweets/s: ${first?.limit}.`
      : `First limit: ${first.limit} (${first.value}), at ${rounded(first.metAt)} tweets/s. Then: ${first.remedy}.`,
    "",
  ].join("\n");
}

function describeUse({ limit, value, metAt, remedy }: MetLimit, rate: number): string {
  const times = rate / metAt;
  const use =
    times < 1
      ? `${Math.ceil(100 * times)} % of ${value}`
      : `${rounded(times)} times ${value}: ${remedy}`;
  return `${times < 1 ? " " : "!"} ${limit}: ${use}`;
}

const linked = (text: string, source: string): string =>
  source.startsWith("https:") ? `[${text}](${source})` : text;

/** Two digits that say something: what is estimated is not known better. */
const rounded = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: 2 });
