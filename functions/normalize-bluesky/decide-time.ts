import { isPossibleTime } from "../../shared/events/event-time.ts";
import { readDateTime } from "../../shared/events/read-date-time.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";

/** What tells when a record was created: all in ms since 1970, UTC, but for `createdAt`, as it is written. */
type Told = {
  createdAt: unknown;
  rkey: string;
  /** When the network saw it, as far as that is known. */
  seenAt: number | undefined;
  now: number;
};

const epoch = Date.parse(urlMentions.epoch);

/**
 * When a record was created, ms since 1970, UTC: the first that is possible of `createdAt`, which its
 * author's client chooses, of the time in its key, and of when the network saw it. Possible is what
 * is neither before 2006-03-21, nor more than an hour after it was seen; and if that is not known or
 * lies in the future, more than an hour from now. Undefined when nothing possible is told.
 */
export function decideTime({ createdAt, rkey, seenAt, now }: Told): number | undefined {
  const latest = Math.min(seenAt ?? now, now);
  const isPossible = (time: number | undefined): time is number =>
    time !== undefined && isPossibleTime(time, latest, epoch);
  const written = readDateTime(createdAt);
  if (isPossible(written)) return written;
  const keyed = keyTime(rkey);
  if (isPossible(keyed)) return keyed;
  return isPossible(seenAt) ? seenAt : undefined;
}

/** Their order is that of what they stand for. https://atproto.com/specs/tid */
const digits = "234567abcdefghijklmnopqrstuvwxyz";
const timeIdentifier = /^[234567a-j][234567a-z]{12}$/;

/** The time in a key that is a TID, ms since 1970, UTC. */
export function keyTime(rkey: string): number | undefined {
  if (!timeIdentifier.test(rkey)) return undefined;
  // 53 bits of microseconds, and then two digits of whichever clock gave them.
  let microseconds = 0;
  for (const digit of rkey.slice(0, -2)) microseconds = microseconds * 32 + digits.indexOf(digit);
  return Math.floor(microseconds / 1_000);
}
