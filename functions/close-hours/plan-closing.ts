/** An hour, and when something of it has landed; all in ms since 1970, UTC. */
export type TouchedHour = {
  hour: number;
  /** The first increment; undefined where something was deleted or retracted only. */
  firstLandedAt: number | undefined;
  lastLandedAt: number;
};

/** What the newest closing of an hour says of it. */
export type Header = {
  hour: number;
  revision: number;
  watermark: number;
  firstLandedAt: number;
  keys: number;
  events: number;
  late: number;
};

/** Hours that are counted by one query, and since when anything of them has landed. */
export type Slice = { hours: number[]; landedFrom: number };

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/**
 * An append commits after its row was given its time, and clocks differ: what landed so shortly before
 * a run may not have been there for it. A request of `append-rows` ends within a minute.
 */
const overlapMs = hourMs / 4;
/** One query writes to at most 4,000 partitions, and its hours are a parameter. */
export const hoursAtOnce = 500;
/** Hours that came so far apart are not read together: each would read what the other needs. */
const landedApartMs = 7 * dayMs;

/** The first run of a day looks further, to be on the safe side. */
export const isWide = (now: number, watermark: number | undefined): boolean =>
  watermark === undefined || Math.floor(now / dayMs) > Math.floor(watermark / dayMs);

/** How far before its own clock a run looks back. */
const overlapOf = (now: number, watermark: number): number =>
  isWide(now, watermark) ? dayMs : overlapMs;

/**
 * Since when what has landed may be of an hour that the run at `watermark` has not closed: hours that
 * were open then have begun before it, and an event may bear a time of an hour ahead.
 */
export function touchedSince(now: number, watermark: number): number {
  return startOfHour(watermark) - hourMs - overlapOf(now, watermark);
}

export const startOfHour = (at: number): number => at - (at % hourMs);

/**
 * The hours to count again, of those in which something landed. `watermark` is that of the last run,
 * which has seen what landed before it, or none where all are to be counted.
 */
export function planClosing(
  touched: readonly TouchedHour[],
  headers: ReadonlyMap<number, Header>,
  { now, watermark }: { now: number; watermark: number | undefined },
): Slice[] {
  const dirty = touched.flatMap(({ hour, firstLandedAt, lastLandedAt }) => {
    const header = headers.get(hour);
    // Nothing is counted there that could have been taken back.
    if (header === undefined && firstLandedAt === undefined) return [];
    const wasOver = header !== undefined || hour + hourMs <= (watermark ?? 0);
    if (watermark !== undefined && wasOver) {
      const seenUntil = Math.max(watermark, header?.watermark ?? 0) - overlapOf(now, watermark);
      if (lastLandedAt < seenUntil) return [];
    }
    return [{ hour, landedFrom: header?.firstLandedAt ?? firstLandedAt ?? hour }];
  });
  return slice(dirty.toSorted((a, b) => a.hour - b.hour));
}

function slice(hours: readonly { hour: number; landedFrom: number }[]): Slice[] {
  const slices: (Slice & { landedTo: number })[] = [];
  for (const { hour, landedFrom } of hours) {
    const last = slices.at(-1);
    const from = Math.min(last?.landedFrom ?? landedFrom, landedFrom);
    const to = Math.max(last?.landedTo ?? landedFrom, landedFrom);
    if (last !== undefined && last.hours.length < hoursAtOnce && to - from <= landedApartMs) {
      last.hours.push(hour);
      Object.assign(last, { landedFrom: from, landedTo: to });
    } else {
      slices.push({ hours: [hour], landedFrom, landedTo: landedFrom });
    }
  }
  return slices.map(({ hours, landedFrom }) => ({ hours, landedFrom }));
}
