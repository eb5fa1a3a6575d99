import { leastTableBytes, listPrices } from "./list-prices.ts";

const tib = 2 ** 40;
const monthDays = 30;
/** What an open hour is counted from: the partitions of two days before now, and today's. */
const openDays = 3;
/** How much smaller totals are than the increments they replace: `npm run bench -- closing`. */
const totalsShare = 1 / 20;

/** Bytes of one table that a tweet leaves behind. */
type Kept = { incrementBytes: number; naiveBytes: number };

/** Dollars of one query by whoever asks, after `months` of so many tweets a month; nothing is free in it. */
export function priceQueries(
  { incrementBytes, naiveBytes }: Kept,
  { tweets, months }: { tweets: number; months: number },
): Record<string, number> {
  const aDay = (tweets / monthDays) * incrementBytes;
  const open = aDay * openDays;
  const totals = (days: number) => Math.max(aDay * totalsShare * days, leastTableBytes);
  return {
    "page: what is shared now": dollars(open + totals(1)),
    "page: a day of long ago": dollars(open + totals(1)),
    "analyst: every hour there was": dollars(open + totals(months * monthDays)),
    // Its table has no partitions, and no sums: each question reads every row.
    "naive pipeline: any of them": dollars(Math.max(tweets * months * naiveBytes, leastTableBytes)),
  };
}

const dollars = (bytes: number): number => (bytes / tib) * listPrices.bigqueryQueryTiB.price;
