import { SingleBar } from "cli-progress";

/** How far the run is; `done` and `total` are in the same unit, whichever is known. */
export type ShownProgress = { events: number; seconds: number; done: number };

export type Progress = {
  /** A line of its own, above the bar if there is one. */
  note: (line: string) => void;
  stop: () => void;
};

const LINE_INTERVAL = 5_000;
const BAR_INTERVAL = 200;

/**
 * Shows progress on standard error until stopped: a bar on a terminal (without a total, the
 * numbers alone), a line every five seconds elsewhere.
 */
export function showProgress(total: number | undefined, current: () => ShownProgress): Progress {
  return process.stderr.isTTY ? showBar(total, current) : showLines(current);
}

export const silentProgress: Progress = {
  note: (line) => process.stderr.write(`${line}\n`),
  stop: () => {},
};

function showBar(total: number | undefined, current: () => ShownProgress): Progress {
  const numbers = "{events} events | {rate} events/s | {duration_formatted}";
  const bar = new SingleBar({
    format:
      total === undefined ? numbers : `{bar} {percentage}% | ${numbers} | ETA {eta_formatted}`,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  const refresh = () => {
    const { events, seconds, done } = current();
    bar.update(Math.min(done, total ?? done), describeRate(events, seconds));
  };
  bar.start(total ?? 0, 0, describeRate(0, 0));
  const timer = setInterval(refresh, BAR_INTERVAL);
  return {
    note: (line) => process.stderr.write(`\r\u001b[K${line}\n`),
    stop: () => {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function showLines(current: () => ShownProgress): Progress {
  const timer = setInterval(() => {
    const { events, seconds } = current();
    const { events: count, rate } = describeRate(events, seconds);
    process.stderr.write(`${count} events acknowledged (${rate} events/s)\n`);
  }, LINE_INTERVAL);
  return { ...silentProgress, stop: () => clearInterval(timer) };
}

function describeRate(events: number, seconds: number): { events: string; rate: string } {
  const rate = seconds > 0 ? Math.round(events / seconds) : 0;
  return { events: events.toLocaleString("en"), rate: rate.toLocaleString("en") };
}
