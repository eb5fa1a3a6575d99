/** What may come at once, in seconds of the rate: a page that opens asks for several things. */
const burstSeconds = 2;

/**
 * Whether one more request is within the rate: a bucket that fills with `perSecond` tokens a second.
 * Clock in ms.
 */
export function createRateLimit(perSecond: number, now: () => number): () => boolean {
  let tokens = perSecond * burstSeconds;
  let filledAt = now();
  return () => {
    const at = now();
    const filled = tokens + (Math.max(0, at - filledAt) / 1_000) * perSecond;
    tokens = Math.min(perSecond * burstSeconds, filled);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
