/** A source that says nothing of it is left alone for so long. */
const pauseMs = 60_000;
/** No source is left alone for longer, whatever it says. */
const mostPauseMs = 24 * 3_600_000;

/**
 * Until when (ms since 1970) a source wants to be left alone: `Retry-After` in seconds or as a date
 * (RFC 9110), else the header in which it tells when its limit is reset.
 */
export function readPause(
  headers: Readonly<Record<string, string>>,
  reset: string | undefined,
  now: number,
): number {
  const retryAfter = headers["retry-after"] ?? "";
  const told = /^\d+$/.test(retryAfter) ? now + 1_000 * Number(retryAfter) : Date.parse(retryAfter);
  const resets = reset === undefined ? Number.NaN : 1_000 * Number(headers[reset] ?? Number.NaN);
  const until = [told, resets].find((time) => Number.isFinite(time)) ?? now + pauseMs;
  return Math.min(Math.max(until, now + 1_000), now + mostPauseMs);
}
