import { statfs } from "node:fs/promises";

const everyMs = 1_000;
/** With less than this a warehouse and a lake cannot be written to for long. */
const leastBytes = 16 * 1024 ** 2;

/** Bytes that are left where a folder lies. */
type FreeBytes = (folder: string) => Promise<number>;

const askSystem: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/**
 * Looks once a second whether there is room where the folders lie, and tells once when there is not:
 * from then on all that is published would only be tried again and again.
 * @returns what ends it
 */
export function watchDisk(
  folders: readonly string[],
  onFull: (error: Error) => void,
  freeBytes = askSystem,
): () => void {
  const look = async () => {
    for (const folder of folders) {
      // A folder that is not there yet takes no room.
      const bytes = await freeBytes(folder).catch(() => Number.POSITIVE_INFINITY);
      if (bytes >= leastBytes) continue;
      clearInterval(timer);
      const left = Math.floor(bytes / 1024 ** 2);
      return onFull(
        new Error(`the disk of ${folder} is full (${left} MB left): make room, then start again`),
      );
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  return () => clearInterval(timer);
}
