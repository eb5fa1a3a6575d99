import { tables } from "../rows/tables.ts";
import { streams } from "../streams/streams.ts";
import { deadLetters } from "./dead-letters.ts";
import { type FunctionManifest, tableSets, topicSets, triggersOf } from "./function-manifest.ts";

/**
 * The manifests with names in place of the words that stand for lists, such as `all events`: what is
 * deployed.
 * @throws {Error} when a function archives a topic that it has nothing to do with.
 */
export function resolveManifests(declared: readonly FunctionManifest[]): FunctionManifest[] {
  const names = new Map<string, readonly string[]>([
    [topicSets.events, streams.map(({ name }) => name)],
    [topicSets.increments, streams.map(({ increments }) => increments.topic)],
    [topicSets.rows, tables.map(({ topic }) => topic)],
  ]);
  const tableNames = new Map<string, readonly string[]>([
    [tableSets.tables, tables.map(({ name }) => name)],
    [tableSets.increments, streams.map(({ increments }) => increments.table)],
    [tableSets.totals, streams.map(({ totals }) => totals.table)],
    [
      tableSets.counts,
      streams.flatMap(({ view, eventsView, closingsView }) => [view, eventsView, closingsView]),
    ],
  ]);
  const namesOf = (word: string) => names.get(word) ?? [word];
  const triggers = declared.flatMap((one) => triggersOf(one).flatMap(namesOf));
  names.set(
    topicSets.triggers,
    // A dead letter is sent back to the topic that it was on before.
    [...new Set(triggers)].filter((topic) => topic !== deadLetters),
  );
  return declared.map((manifest) => {
    const { trigger } = manifest;
    const resolved = {
      ...manifest,
      trigger: "topics" in trigger ? { topics: trigger.topics.flatMap(namesOf) } : trigger,
      publishes: resolveReasons(manifest.publishes, names),
      tables: resolveReasons(manifest.tables, tableNames),
      queries: resolveReasons(manifest.queries, tableNames),
    };
    requireArchivable(resolved);
    return resolved;
  });
}

/** A name that stands there itself keeps its own reason beside a word that stands for it, too. */
function resolveReasons(
  reasons: Readonly<Record<string, string>>,
  names: ReadonlyMap<string, readonly string[]>,
): Record<string, string> {
  const entries = Object.entries(reasons);
  return Object.fromEntries([
    ...entries.flatMap(([word, why]) => (names.get(word) ?? []).map((name) => [name, why])),
    ...entries.filter(([word]) => !names.has(word)),
  ]);
}

function requireArchivable(manifest: FunctionManifest): void {
  const known = [...triggersOf(manifest), ...Object.keys(manifest.publishes)];
  const foreign = manifest.archived.filter((topic) => !known.includes(topic));
  if (foreign.length === 0) return;
  throw new Error(
    `${manifest.name} archives ${foreign.join(", ")}: only topics that trigger it or that it publishes to`,
  );
}
