import { type FunctionManifest, triggersOf } from "./function-manifest.ts";

/** Topics that some function publishes to or is triggered by, sorted. */
export const topicsOf = (manifests: readonly FunctionManifest[]): string[] =>
  sorted(manifests.flatMap((one) => [...triggersOf(one), ...Object.keys(one.publishes)]));

/** Topics of what comes in, which is kept as it came, sorted. */
export const archivedTopics = (manifests: readonly FunctionManifest[]): string[] =>
  sorted(manifests.flatMap(({ archived }) => archived));

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
