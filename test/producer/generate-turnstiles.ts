import { createRandom } from "../support/create-random.ts";

const intervalMs = 10_000;
const increments = { least: 5, most: 10 };

const clock = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  dateStyle: "short",
  timeStyle: "medium",
  hourCycle: "h23",
});

/**
 * Makes up what a few turnstiles of one station stream: a line of CSV every ten seconds, in New York's
 * time, with increments of five to ten, an id and a timestamp; the last one is of `endingAt`. The same
 * options give the same lines.
 */
export function* generateTurnstiles(options: {
  count: number;
  seed: number;
  endingAt: Date;
}): Generator<string> {
  const { count, seed, endingAt } = options;
  const random = createRandom(seed);
  const increment = () => increments.least + random.below(increments.most - increments.least + 1);
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.below(16).toString(16)).join("");

  for (let left = count - 1; left >= 0; left--) {
    const [date = "", time = ""] = clock.format(endingAt.getTime() - left * intervalMs).split(", ");
    const [year = "", month = "", day = ""] = date.split("-");
    const id = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    yield [
      `A00${1 + random.below(2)}`,
      `R00${1 + random.below(2)}`,
      "02-00-00",
      "Test-Station",
      "456NQR",
      "BMT",
      `${month}-${day}-${year.slice(2)}`,
      time,
      "REGULAR",
      increment(),
      increment(),
      id,
      `${date} ${time}`,
    ].join(",");
  }
}
