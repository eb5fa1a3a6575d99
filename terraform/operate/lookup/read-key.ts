import type { Bucket } from "@google-cloud/storage";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { HourManifest } from "../../../shared/objects/hour-index.ts";
import { takeTurns } from "../../../shared/objects/take-turns.ts";

/** A row of an index: its keys and counts, and the hour that they are of. */
export type FoundRow = { hour: string; counts: Record<string, string | number> };

export type Found = {
  rows: FoundRow[];
  /** What was read of Cloud Storage, and how much there is. */
  read: { files: number; requests: number; bytes: number; of: number };
};

const filesAtOnce = 16;
/** A file that is no larger comes with one request. Of others the end comes first, with its index. */
const tailBytes = 128 * 1024;

/**
 * The rows of the hours whose column `column` is `key`, in the order of the hours. Of large files only
 * those parts are read whose bounds have the key between them.
 */
export async function readKey(
  bucket: Bucket,
  hours: readonly HourManifest[],
  { column, key }: { column: string; key: string },
): Promise<Found> {
  const read = { files: 0, requests: 0, bytes: 0, of: 0 };
  const inTurn = takeTurns(filesAtOnce);
  const readFile = async (name: string, size: number) => {
    const download = async (start: number, end: number): Promise<ArrayBuffer> => {
      const [bytes] = await bucket.file(name).download({ start, end: end - 1, validation: false });
      read.requests += 1;
      read.bytes += bytes.length;
      return new Uint8Array(bytes).buffer;
    };
    const tail = await download(Math.max(size - tailBytes, 0), size);
    const tailStart = size - tail.byteLength;
    const slice = async (start: number, end = size) =>
      start >= tailStart ? tail.slice(start - tailStart, end - tailStart) : download(start, end);
    const file = { byteLength: size, slice };
    const rows = await parquetReadObjects({
      file,
      metadata: await parquetMetadataAsync(file, { initialFetchSize: tail.byteLength }),
      filter: { [column]: { $eq: key } },
      useBloomFilters: true,
      usePageIndex: true,
    });
    read.files += 1;
    read.of += size;
    return rows;
  };

  const found = await Promise.all(
    hours.flatMap(({ hour, files }) =>
      files.map(({ name, bytes }) =>
        inTurn(async () => {
          const rows = await readFile(name, bytes);
          return rows.map((row): FoundRow => ({ hour, counts: plainCounts(row) }));
        }),
      ),
    ),
  );
  return { rows: found.flat(), read };
}

/** Counts are 64 bits wide in the file. Sums that a number cannot hold stay as they are written. */
function plainCounts(row: Record<string, unknown>): FoundRow["counts"] {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === "number" || typeof value === "string") return [name, value];
      const isSafe = typeof value === "bigint" && Number.isSafeInteger(Number(value));
      return [name, isSafe ? Number(value) : String(value)];
    }),
  );
}
