import { terminal } from "../../terraform/operate/cli/guard-output.ts";
import { showBar } from "../../terraform/operate/cli/show-bar.ts";

/** How far the run is; `done` and `total` are in the same unit, whichever is known. */
export type ShownProgress = {
  events: number;
  seconds: number;
  done: number;
  /** How far behind what happens now a live source is, in seconds. */
  lag?: number | undefined;
};

export type Progress = {
  /** A line of its own, above the bar if there is one. */
  note: (line: string) => void;
  stop: () => void;
};

const lineIntervalMs = 5_000;
const barIntervalMs = 200;

/**
 * Shows progress on standard error until stopped: a bar on a terminal (without a total, the
 * numbers alone), a line every five seconds elsewhere.
 */
export function showProgress(total: number | undefined, current: () => ShownProgress): Progress {
  const numbers = "{events} events | {rate} events/s{lag} | {duration_formatted}";
  const format =
    total === undefined ? numbers : `{bar} {percentage}% | ${numbers} | ETA {eta_formatted}`;
  const bar = showBar(format, total ?? 0, { ...describeRate(0, 0), lag: "" });
  if (bar === undefined) return showLines(current);
  const refresh = () => {
    const { events, seconds, done, lag } = current();
    bar.update(Math.min(done, total ?? done), {
      ...describeRate(events, seconds),
      lag: describeLag(lag),
    });
  };
  const timer = setInterval(refresh, barIntervalMs);
  return {
    note: (line) => {
      terminal.write("\r\u001b[K");
      process.stderr.write(`${line}\n`);
    },
    stop: () => {
      clearInterval(timer);
      bar.stop();
    },
  };
}

export const silentProgress: Progress = {
  note: (line) => process.stderr.write(`${line}\n`),
  stop: () => {},
};

function showLines(current: () => ShownProgress): Progress {
  const timer = setInterval(() => {
    const { events, seconds, lag } = current();
    const { events: count, rate } = describeRate(events, seconds);
    process.stderr.write(`${count} events acknowledged (${rate} events/s${describeLag(lag)})\n`);
  }, lineIntervalMs);
  return { ...silentProgress, stop: () => clearInterval(timer) };
}

const describeLag = (lag: number | undefined): string =>
  lag === undefined ? "" : `, ${lag.toFixed(1)} s behind`;

function describeRate(events: number, seconds: number): { events: string; rate: string } {
  const rate = seconds > 0 ? Math.round(events / seconds) : 0;
  return { events: events.toLocaleString("en"), rate: rate.toLocaleString("en") };
}
