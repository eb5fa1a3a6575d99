export type Alarm = {
  /** Rings at `at` (same clock as `now`), or earlier if it was already set for an earlier time. */
  setFor(at: number): void;
  cancel(): void;
};

// A clock that is moved by a test moves without telling: look at it at least this often.
const longestWaitMs = 100;

/** One timer that rings once the given clock has reached the earliest time asked for. */
export function createAlarm(now: () => number, ring: () => void): Alarm {
  let target = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function arm(): void {
    clearTimeout(timer);
    const wait = Math.min(Math.max(target - now(), 0), longestWaitMs);
    timer = setTimeout(check, Math.ceil(wait));
  }

  function check(): void {
    if (now() < target) {
      arm();
      return;
    }
    target = Number.POSITIVE_INFINITY;
    timer = undefined;
    ring();
  }

  return {
    setFor(at) {
      if (at >= target) return;
      target = at;
      arm();
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      target = Number.POSITIVE_INFINITY;
    },
  };
}
