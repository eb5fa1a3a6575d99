import type { HoursClosed } from "../../shared/events/hours-closed.v1.ts";
import {
  type HourManifest,
  hourFolder,
  manifestName,
  revisionFolder,
  revisionOf,
} from "../../shared/objects/hour-index.ts";
import type { HourIndex, Stream } from "../../shared/streams/stream.ts";

/** A file of the lake. One that is superseded is deleted days later. */
type LakeFile = { name: string; bytes: number; isSuperseded: boolean };

/** The lake, by the names of its objects. */
export type Lake = {
  /** Undefined where there is none. */
  readManifest: (
    name: string,
  ) => Promise<{ manifest: HourManifest; generation: string } | undefined>;
  /** Replaces that of this generation, or none; false where there is another one meanwhile. */
  writeManifest: (
    name: string,
    manifest: HourManifest,
    generation: string | undefined,
  ) => Promise<boolean>;
  listFiles: (folder: string) => Promise<LakeFile[]>;
  supersede: (file: string) => Promise<void>;
};

/** Writes the totals of one closing to files, whose names have their number in place of the `*`. */
export type ExportTotals = (
  stream: Stream,
  totals: { hour: string; revision: number; sortedBy: readonly string[]; files: string },
) => Promise<{ rows: number; bytesBilled: number }>;

export type ExportTools = {
  exportTotals: ExportTotals;
  lake: Lake;
  random: { randomUUID: () => string };
};

/**
 * Writes the files of a closed hour, then the manifest that names them, then marks those that it does not
 * name any more. Killed anywhere, the next attempt writes files of its own beside the others. Two
 * at once do, too, and the manifest is that of the greater revision, whichever ends last.
 * @throws {Error} when the totals are not those that were told of: the message is delivered again.
 */
export async function exportHour(
  { hour, revision, keys }: HoursClosed,
  stream: Stream,
  index: HourIndex,
  { exportTotals, lake, random }: ExportTools,
): Promise<{ isNew: boolean; bytesBilled: number }> {
  const folder = hourFolder(index.name, hour);
  const name = manifestName(folder);
  let before = await lake.readManifest(name);
  const isThere = () => before !== undefined && before.manifest.revision >= revision;
  if (before !== undefined && isThere()) {
    // Whoever wrote it may have been killed before this.
    await supersedeOthers(lake, folder, before.manifest, await lake.listFiles(folder));
    return { isNew: false, bytesBilled: 0 };
  }
  // A name of its own for each attempt: one that fails leaves files that nobody may count on.
  const attempt = `${revisionFolder(folder, revision)}${random.randomUUID()}-`;
  const { bytesBilled } = keys === 0 ? nothing : await write();
  const listed = await lake.listFiles(folder);
  const files = listed.filter((file) => file.name.startsWith(attempt));
  const manifest = {
    index: index.name,
    hour,
    revision,
    keys,
    files: files.map((file) => ({ name: file.name, bytes: file.bytes })),
  };
  while (!(await lake.writeManifest(name, manifest, before?.generation))) {
    before = await lake.readManifest(name);
    if (isThere()) break;
  }
  const current = isThere() ? (before?.manifest ?? manifest) : manifest;
  await supersedeOthers(lake, folder, current, listed);
  return { isNew: current === manifest, bytesBilled };

  async function write() {
    const totals = { hour, revision, sortedBy: index.sortedBy, files: `${attempt}*.parquet` };
    const written = await exportTotals(stream, totals);
    if (written.rows === keys) return written;
    throw new Error(
      `${stream.name} ${hour}: ${written.rows} totals of revision ${revision}, not ${keys}. Were they deleted?`,
    );
  }
}

const nothing = { rows: 0, bytesBilled: 0 };

/** A file of a greater revision may be one that another attempt is about to name. */
async function supersedeOthers(
  lake: Lake,
  folder: string,
  { revision, files }: HourManifest,
  listed: readonly LakeFile[],
): Promise<void> {
  const named = new Set(files.map(({ name }) => name));
  for (const { name, isSuperseded } of listed) {
    const own = revisionOf(folder, name);
    if (isSuperseded || own === undefined || own > revision || named.has(name)) continue;
    await lake.supersede(name);
  }
}
