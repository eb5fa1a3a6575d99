import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { readLandingPath } from "../../../functions/load-object/read-landing-path.ts";
import { nameInFolder, wholeFolders } from "../../../shared/objects/landing-folders.ts";
import { UserError } from "../cli/user-error.ts";

/** A file and the object that it becomes. */
export type Transfer = {
  /** As it was given. */
  file: string;
  /** Absolute. */
  path: string;
  object: string;
  /** In bytes. */
  size: number;
};

/**
 * Which object each of the files becomes; their paths are meant from the folder `from`. What can be
 * known to be wrong is found here, before the first byte is sent; `landingTopics` are those that files
 * may be loaded to.
 * @throws {UserError} that says what to write instead.
 */
export function planTransfers(
  files: readonly string[],
  destination: string,
  from: string,
  landingTopics: readonly string[],
): Transfer[] {
  const isPrefix = destination === "" || destination.endsWith("/");
  if (!isPrefix && files.length > 1) {
    throw new UserError(
      `several files need a destination that ends in a slash: ${destination}/ (or are there files that do not exist?)`,
    );
  }
  if (destination.startsWith("/")) {
    throw new UserError(`the destination must not begin with a slash: ${destination.slice(1)}`);
  }
  const transfers = files.map((file) => {
    const path = resolve(from, file);
    const object = isPrefix ? `${destination}${basename(file)}` : destination;
    return { file, path, object, size: sizeOfFile(file, path) };
  });
  const objects = new Set<string>();
  for (const { object } of transfers) {
    if (objects.has(object)) {
      throw new UserError(`two of the files would become ${object}; upload them one by one`);
    }
    objects.add(object);
    requireLoaded(object, landingTopics);
  }
  return transfers;
}

/** What every function would ignore in the landing folder would never be counted. */
function requireLoaded(object: string, topics: readonly string[]): void {
  if (object.split("/")[0] !== "landing" || "topic" in readLandingPath(object, topics)) return;
  if (wholeFolders.some((folder) => nameInFolder(object, folder) !== undefined)) return;
  const folders = [...topics, ...wholeFolders].join(", ");
  throw new UserError(
    `nothing is taken from ${object}: write landing/tweets/ with the slash; folders are ${folders}`,
  );
}

function sizeOfFile(file: string, path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UserError(`no such file: ${file}`);
  if (!found.isFile()) throw new UserError(`not a file: ${file}`);
  return found.size;
}
