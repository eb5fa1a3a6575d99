/** A source slower than the rate is not made up for by a burst of more than this (ms). */
const maxLagMs = 250;

/**
 * Spreads events evenly, `rate` of them a second: what is returned tells before each event how long
 * to wait for its turn (ms), 0 where its turn has come. `now` is in ms, of a clock that only goes on.
 */
export function createPace(rate: number, now: () => number): () => number {
  const interval = 1_000 / rate;
  let due = now();
  return () => {
    const time = now();
    due = Math.max(due, time - maxLagMs);
    const wait = due - time;
    due += interval;
    return wait < 1 ? 0 : wait;
  };
}
