import { SingleBar } from "cli-progress";
import type { ChaosProgress } from "./run-chaos.ts";

const lineIntervalMs = 10_000;

/** Shows on standard error how far a run is: a bar on a terminal, a line now and then elsewhere. */
export function showProgress(events: number): {
  update: (progress: ChaosProgress) => void;
  stop: () => void;
} {
  return process.stderr.isTTY ? showBar(events) : showLines(events);
}

function showBar(events: number) {
  const bar = new SingleBar({
    format:
      "{bar} {percentage}% | {value} of {total} events | {kills} kills | {resets} resets | " +
      "{stalls} stalls | {duration_formatted}",
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(events, 0, { kills: 0, resets: 0, stalls: 0 });
  return {
    // A sender that sends again adds to what is received.
    update: ({ received, ...faults }: ChaosProgress) =>
      bar.update(Math.min(received, events), faults),
    stop: () => bar.stop(),
  };
}

function showLines(events: number) {
  let shownAt = performance.now();
  return {
    update: ({ received, kills, resets, stalls }: ChaosProgress) => {
      if (performance.now() - shownAt < lineIntervalMs) return;
      shownAt = performance.now();
      process.stderr.write(
        `received ${received} of ${events} events, ${kills} kills, ${resets} resets, ${stalls} stalls\n`,
      );
    },
    stop: () => undefined,
  };
}
