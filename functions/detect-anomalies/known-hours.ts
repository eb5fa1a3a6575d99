/** One closing of one hour of a stream. Hours are counted since 1970, UTC. */
export type Closing = {
  hour: number;
  /** Of two closings of an hour the greater one is right. */
  revision: number;
  /** What had landed by then was there to be counted; ms since 1970. */
  watermark: number;
  /** When the first increment of the hour landed; ms since 1970. */
  firstLandedAt: number;
  events: number;
};

/** A moment at which hours were closed: everything is judged as it was known then. */
export type Knowledge = Pick<Closing, "revision" | "watermark">;

/**
 * What is known of an hour: it is closed; it is missing, although it should have come long ago; or it
 * may still come.
 */
export type HourState = "closed" | "missing" | "awaited";

/** Successive hours of a stream, from its first closed hour on. */
export type KnownHours = {
  /** The first of them. */
  from: number;
  hours: { state: HourState; events: number; revision: number }[];
};

const hourMs = 3_600_000;
/** Hours are closed every ten minutes; what does not come by then did not wait for that alone. */
const leastPatienceMs = 2 * hourMs;
/** The hours that tell how late a stream is. */
const latenessHours = 168;

/**
 * The hours of a stream as they were known at a moment. An hour without a closing is missing when the
 * hours around it have taken less time to arrive: a stream that comes in weekly files is not late on
 * Tuesday. That hours of any stream were closed at this moment is what shows that the fault is not our
 * own.
 */
export function knownHours(
  closings: readonly Closing[],
  { revision, watermark }: Knowledge,
): KnownHours {
  const newest = newestClosings(closings, revision);
  const closed = [...newest.keys()];
  if (closed.length === 0) return { from: 0, hours: [] };
  const from = Math.min(...closed);
  const lastClosed = Math.max(...closed);
  const patience = patienceMs([...newest.values()], lastClosed);
  const isMissing = (hour: number) => watermark >= (hour + 1) * hourMs + patience;
  const hours: KnownHours["hours"] = [];
  for (let hour = from; hour <= lastClosed || isMissing(hour); hour++) {
    const closing = newest.get(hour);
    hours.push(
      closing === undefined
        ? { state: isMissing(hour) ? "missing" : "awaited", events: 0, revision: 0 }
        : { state: "closed", events: closing.events, revision: closing.revision },
    );
  }
  return { from, hours };
}

/** By hour, the closing that was right at that moment. */
function newestClosings(closings: readonly Closing[], revision: number): Map<number, Closing> {
  const newest = new Map<number, Closing>();
  for (const closing of closings) {
    if (closing.revision > revision) continue;
    const other = newest.get(closing.hour);
    if (other === undefined || other.revision < closing.revision) newest.set(closing.hour, closing);
  }
  return newest;
}

/** As long as the slowest hour of a week has taken after it was over, and a little more. */
function patienceMs(closings: readonly Closing[], lastClosed: number): number {
  const taken = closings
    .filter(({ hour }) => hour > lastClosed - latenessHours)
    .map(({ hour, firstLandedAt }) => firstLandedAt - (hour + 1) * hourMs);
  return leastPatienceMs + Math.max(0, ...taken);
}
