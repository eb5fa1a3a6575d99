import type { FindTotals } from "../../functions/detect-anomalies/find-totals.ts";

const hourMs = 3_600_000;

/** One closing of one hour of a stream, as `close-hours` writes it. Hours are counted since 1970. */
export type ClosedHour = {
  stream: string;
  hour: number;
  revision: number;
  /** ms since 1970; ten minutes after the hour, where absent. */
  watermark?: number;
  firstLandedAt?: number;
  events: number;
  /** Counts by key, in one text each. */
  keys?: Readonly<Record<string, number>>;
};

/** The totals tables in memory: what the queries of detect-anomalies say in SQL, said once more. */
export function createMemoryTotals(
  streams: readonly string[],
  keysOfHour = 20,
): { write: (...closed: ClosedHour[]) => void; find: FindTotals } {
  const written: ClosedHour[] = [];
  return {
    write: (...closed) => void written.push(...closed),
    find: {
      closings: async (from) =>
        new Map(
          streams.map((name) => [
            name,
            written
              .filter(({ stream, hour }) => stream === name && hour >= from)
              .map(({ hour, revision, watermark, firstLandedAt, events }) => ({
                hour,
                revision,
                watermark: watermark ?? (hour + 1) * hourMs + hourMs / 6,
                firstLandedAt: firstLandedAt ?? hour * hourMs,
                events,
              })),
          ]),
        ),
      keys: async (stream, { from, judgedFrom, revision }) => {
        const counts = written
          .filter((one) => one.stream === stream.name && one.hour >= from)
          .filter((one) => one.revision <= revision)
          .flatMap((one) => {
            const keys = Object.entries(one.keys ?? {}).sort((a, b) => b[1] - a[1]);
            return keys.map(([key, amount], rank) => ({
              hour: one.hour,
              revision: one.revision,
              key: [key],
              amount,
              isBig: rank < keysOfHour,
            }));
          });
        const bigHours = new Map<string, Set<number>>();
        for (const { isBig, hour, key } of counts) {
          if (!isBig || hour < judgedFrom) continue;
          const name = key.join();
          bigHours.set(name, (bigHours.get(name) ?? new Set()).add(hour));
        }
        return counts.filter(({ key }) => (bigHours.get(key.join())?.size ?? 0) >= 6);
      },
    },
  };
}
