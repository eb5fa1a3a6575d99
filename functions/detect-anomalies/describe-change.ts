import type { Change } from "./compare-findings.ts";

const hourMs = 3_600_000;
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const weekday = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" });

/**
 * Says in words why an hour is told of: how much there was, how much is usual for the hour, and how far
 * apart they are. For example "3,412 mentions of x.com/jack/status/20 at 06 UTC; 40 to 210 are usual for
 * a Wednesday at this hour; 16 times the expected".
 */
export function describeChange(change: Change, counted: string): string {
  const usual = `${usualRange(change)} usual for a ${weekday.format(change.hour * hourMs)} at this hour`;
  return [`${amount(change)} ${counted} at ${clock(change.hour)}`, usual, outcome(change)].join(
    "; ",
  );
}

const amount = ({ actual }: Change): string => (actual === 0 ? "no" : number.format(actual));

function usualRange({ low, high }: Change): string {
  const from = Math.ceil(low);
  const to = Math.max(from, Math.floor(high));
  if (to === 0) return "none is";
  return `${number.format(from)} to ${number.format(to)} are`;
}

function outcome(change: Change): string {
  switch (change.state) {
    case "open":
    case "update":
      return change.direction === "missing" ? "other hours have come since" : ratio(change);
    case "closed":
      return `as usual again, after what began at ${moment(change.since)}`;
    case "withdrawn":
      return "taken back: by what is known now it is nothing special";
  }
}

function ratio({ actual, expected, direction }: Change): string {
  if (expected < 0.5) return "hardly any is expected";
  if (direction === "drop") return `${number.format((100 * actual) / expected)} % of the expected`;
  const times = actual / expected;
  return `${(times < 10 ? precise : number).format(times)} times the expected`;
}

const clock = (hour: number): string => `${String(hour % 24).padStart(2, "0")} UTC`;

/** `2026-01-07 06 UTC` */
const moment = (hour: number): string =>
  `${new Date(hour * hourMs).toISOString().slice(0, "2026-01-07".length)} ${clock(hour)}`;
