/**
 * Folders of `landing/` whose objects are taken whole, each by a function of its own. The objects of
 * all others hold records, which load-object publishes on the topic that the folder is named after.
 */
export const wholeFolders = ["images", "texts"] as const;

export type WholeFolder = (typeof wholeFolders)[number];

/** What an object is called inside such a folder; undefined when it is not there, or is a folder. */
export function nameInFolder(object: string, folder: WholeFolder): string | undefined {
  const path = `landing/${folder}/`;
  // The console shows folders as empty objects of such names.
  if (!object.startsWith(path) || object.endsWith("/")) return undefined;
  return object.slice(path.length);
}
