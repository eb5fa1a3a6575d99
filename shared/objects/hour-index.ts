import * as z from "zod";
import { hourStart } from "../events/event-time.ts";

/** Where the indices lie in the lake: Parquet files with the counts of single hours, sorted by key. */
export const indicesFolder = "indices/";

/**
 * Says which files an hour of an index has. They are there before it is, and for a day after it was
 * replaced: who reads it first never sees half an hour.
 */
export const hourManifest = z.object({
  index: z.string().min(1).describe("Name of the index"),
  hour: hourStart.describe("Start of the UTC hour"),
  revision: z.int().describe("Which closing of the hour this is: the greater, the later"),
  keys: z.int().min(0).describe("Rows of all files together, one for each key"),
  files: z
    .array(
      z.object({
        name: z.string().min(1).describe("Name of the object, in the bucket of the manifest"),
        bytes: z.int().min(0),
      }),
    )
    .describe("Parquet files, sorted by key; none where nothing of the hour counts"),
});

export type HourManifest = z.infer<typeof hourManifest>;

/** Folder of an hour in an index: `hour` is its start, RFC 3339 UTC. */
export const hourFolder = (index: string, hour: string): string =>
  `${indicesFolder}${index}/dt=${hour.slice(0, 10)}/hour=${hour.slice(11, 13)}/`;

export const manifestName = (folder: string): string => `${folder}manifest.json`;

/** Folder of what one closing has counted, in that of its hour. */
export const revisionFolder = (folder: string, revision: number): string =>
  `${folder}revision=${revision}/`;

/** The closing that a file in the folder of an hour was made of; undefined for what is no such file. */
export function revisionOf(folder: string, file: string): number | undefined {
  const [, revision] = /^revision=(\d+)\/./.exec(file.slice(folder.length)) ?? [];
  return revision === undefined ? undefined : Number(revision);
}
