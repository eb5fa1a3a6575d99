import { showBar } from "../../terraform/operate/cli/show-bar.ts";
import type { ChaosProgress } from "./run-chaos.ts";

const lineIntervalMs = 10_000;
const barFormat =
  "{bar} {percentage}% | {value} of {total} events | {kills} kills | {resets} resets | " +
  "{stalls} stalls | {duration_formatted}";

/** Shows on standard error how far a run is: a bar on a terminal, a line now and then elsewhere. */
export function showProgress(events: number): {
  update: (progress: ChaosProgress) => void;
  stop: () => void;
} {
  const bar = showBar(barFormat, events, { kills: 0, resets: 0, stalls: 0 });
  if (bar === undefined) return showLines(events);
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
