import { type ArchivedObject, readArchiveName } from "./read-archive-name.ts";

const dayMs = 86_400_000;
/** An object holds ten minutes from the time in its name; five more for its writing. */
export const objectSpanMs = 15 * 60_000;

/** What came in `[from, to)` and was archived before `archivedUntil`; ms since 1970. */
export type ArrivalRange = { from: number; to: number; archivedUntil: number };

/** What is needed of a bucket of Google's client. */
type Listing = {
  getFiles: (query: {
    prefix: string;
  }) => Promise<readonly [files: readonly ListedFile[], ...unknown[]]>;
};
type ListedFile = { name: string; metadata: { size?: string | number } };

/** Objects of a topic that may hold messages of the range, by name and so by the time they begin. */
export async function findObjects(
  bucket: Listing,
  topic: string,
  range: ArrivalRange,
): Promise<ArchivedObject[]> {
  const objects: ArchivedObject[] = [];
  for (const day of daysOf(range)) {
    const [files] = await bucket.getFiles({ prefix: `archive/${topic}/${day}/` });
    for (const { name, metadata } of files) {
      const openedAt = readArchiveName(name);
      if (openedAt === undefined || !isWithin(openedAt, range)) continue;
      objects.push({ name, openedAt, size: Number(metadata.size ?? 0) });
    }
  }
  return objects.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Days in whose folders such objects may lie, `2026-01-02`. */
function daysOf({ from, archivedUntil }: ArrivalRange): string[] {
  const first = Math.floor((from - objectSpanMs) / dayMs);
  const last = Math.floor((archivedUntil - 1) / dayMs);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    new Date((first + index) * dayMs).toISOString().slice(0, 10),
  );
}

const isWithin = (openedAt: number, { from, archivedUntil }: ArrivalRange): boolean =>
  openedAt >= from - objectSpanMs && openedAt < archivedUntil;
