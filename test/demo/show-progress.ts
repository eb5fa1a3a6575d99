import { setTimeout as delay } from "node:timers/promises";
import { terminal } from "../../terraform/operate/cli/guard-output.ts";
import type { Totals } from "./query-summary.ts";

const refreshMs = 500;
/** Without a terminal, a line now and then instead of one that is written over. */
const plainRefreshMs = 5_000;
/** Asking costs CPU that the counting needs, so it takes a tenth of the time at most … */
const pausePerAsking = 9;
/** … but does not let anyone wait longer than this for the end. */
const maxIdlePauseMs = 3_000;
const lookMs = 100;

type Watched = {
  totals: () => Promise<Totals>;
  backlog: () => { messages: number; oldestMs: number } | undefined;
  published: () => number;
  /** What was there before others came, and is not shown. */
  before?: Totals | undefined;
};

/**
 * Shows on standard error how far the counting is, a few times a second. `latest` are the totals as
 * they were last seen; it throws once they cannot be queried.
 */
export function showProgress(watched: Watched): {
  latest: () => Totals | undefined;
  stop: () => Promise<void>;
} {
  const isTerminal = process.stderr.isTTY;
  const stopping = new AbortController();
  let latest: Totals | undefined;
  let failure: Error | undefined;
  let printedAt = 0;

  const print = (totals: Totals) => {
    const now = Date.now();
    if (!isTerminal && now - printedAt < plainRefreshMs) return;
    printedAt = now;
    const line = progressLine(totals, watched);
    // One that wraps could not be written over.
    const shown = line.slice(0, (process.stderr.columns || 80) - 1);
    terminal.write(isTerminal ? `\r\u001b[2K${shown}` : `${line}\n`);
  };

  const watch = async () => {
    while (!stopping.signal.aborted) {
      const askedAt = Date.now();
      latest = await watched.totals();
      print(latest);
      await pause(pausePerAsking * (Date.now() - askedAt));
    }
  };
  /** While messages are known to be under way, nothing can be complete: it is asked for the show alone. */
  const pause = async (leastMs: number) => {
    const pausedAt = Date.now();
    const isOver = () => {
      const isBusy = (watched.backlog()?.messages ?? 0) > 0;
      const pauseMs = isBusy
        ? Math.max(leastMs, isTerminal ? refreshMs : plainRefreshMs)
        : Math.max(refreshMs, Math.min(leastMs, maxIdlePauseMs));
      return Date.now() - pausedAt >= pauseMs;
    };
    while (!stopping.signal.aborted && !isOver()) {
      await delay(lookMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  watching.catch((cause: unknown) => {
    failure = new Error("the totals cannot be queried", { cause });
  });

  return {
    latest: () => {
      if (failure !== undefined) throw failure;
      return latest;
    },
    stop: async () => {
      stopping.abort();
      await watching.catch(() => undefined);
      if (isTerminal) process.stderr.write("\r\u001b[2K");
    },
  };
}

function progressLine(totals: Totals, { backlog, published, before }: Watched): string {
  const number = (n: number) => n.toLocaleString("en");
  const added = (name: keyof Totals) => number(totals[name] - (before?.[name] ?? 0));
  const waiting = backlog();
  const lag = waiting === undefined ? "" : ` · lag ${(waiting.oldestMs / 1_000).toFixed(1)} s`;
  return (
    [
      `published ${number(published())}`,
      `received ${added("received")}`,
      `counted ${added("mentions")}`,
      `duplicates ${added("duplicates")}`,
      `ignored ${added("ignored")}`,
      `failed ${added("failed")}`,
      `rows ${added("rows")}`,
    ].join(" · ") + lag
  );
}
