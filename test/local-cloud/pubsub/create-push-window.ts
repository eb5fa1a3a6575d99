/** Limits of what is on its way to one push endpoint at a time. */
export type PushLimits = {
  maxMessages: number;
  /** Message bytes; a single larger message still goes, alone. */
  maxBytes: number;
};

export type PushWindow = {
  /** Takes the room for a message of so many bytes, if there is any now. */
  admit(bytes: number): boolean;
  /** Changes with every shrinking: pass the one a delivery started in to `failed`. */
  generation(): number;
  succeeded(bytes: number): void;
  failed(bytes: number, generation: number): void;
  /** Nothing is admitted before this time (ms on the given clock). */
  pausedUntil(): number;
};

export type PushWindowOptions = PushLimits & {
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Upper limit of a pause, ms. */
  maxPauseMs: () => number;
};

// A single-digit start, as the real push has: cloud.google.com/pubsub/docs/push#push_slow_start
const initialMessages = 4;
const firstPauseMs = 100;
const jitter = 0.2;

/**
 * How much is pushed at a time: the window doubles with every round of successes and halves on failure;
 * failures in a row pause the endpoint, 100 ms at first and twice as long each time.
 * A failure after a whole window of successes is one message's fault and pauses nothing.
 */
export function createPushWindow(options: PushWindowOptions): PushWindow {
  const { maxMessages, maxBytes, now, random, maxPauseMs } = options;
  let size = Math.min(initialMessages, maxMessages);
  let messages = 0;
  let bytesInFlight = 0;
  let generation = 0;
  let successes = 0;
  let failuresInARow = 0;
  let pausedUntil = 0;

  function free(bytes: number): void {
    messages -= 1;
    bytesInFlight -= bytes;
  }

  return {
    admit(bytes) {
      const fits = messages < size && (messages === 0 || bytesInFlight + bytes <= maxBytes);
      if (!fits || now() < pausedUntil) return false;
      messages += 1;
      bytesInFlight += bytes;
      return true;
    },
    generation: () => generation,
    succeeded(bytes) {
      free(bytes);
      successes += 1;
      size = Math.min(size + 1, maxMessages);
    },
    failed(bytes, startedIn) {
      free(bytes);
      // The other failures of the same round say nothing new.
      if (startedIn !== generation) return;
      generation += 1;
      failuresInARow = successes >= size ? 0 : failuresInARow + 1;
      successes = 0;
      size = Math.max(1, Math.floor(size / 2));
      if (failuresInARow === 0) return;
      const pause = firstPauseMs * 2 ** (failuresInARow - 1) * (1 + jitter * random());
      pausedUntil = now() + Math.min(pause, maxPauseMs());
    },
    pausedUntil: () => pausedUntil,
  };
}
