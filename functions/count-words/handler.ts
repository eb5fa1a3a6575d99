import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type { ObjectFailure } from "../../shared/objects/fail-object.ts";
import {
  createObjectHandler,
  type ObjectDependencies,
  type Taken,
} from "../../shared/objects/handle-object.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";
import { type CountedWords, createWordCounter } from "./count-words.ts";
import { describeCounts } from "./describe-counts.ts";
import type manifest from "./function.json";
import { readText, type TextLimits } from "./read-text.ts";

type Dependencies = ObjectDependencies<PublishedTopic<typeof manifest>> & {
  config: { limits: TextLimits };
};

/** Texts counted at a time. Also the concurrency in function.json. */
const textsAtATime = 2;
/** Events that are under way at a time: a few packed messages. */
const eventsAtATime = 2_000;

/**
 * Handles one notification that an object is complete: counts the words of a text, and returns only
 * when the counts of all of them are safe on the next topic.
 */
export function createHandler(dependencies: Dependencies) {
  const { store, publish, config } = dependencies;

  const take = async (object: StoredObject, name: string): Promise<Taken> => {
    const counter = createWordCounter();
    for await (const text of readText(object, store, config.limits)) counter.add(text);
    const counted = counter.end();
    const events = describeCounts(object, name, counted.words);
    for (let from = 0; from < events.length; from += eventsAtATime) {
      const some = events.slice(from, from + eventsAtATime);
      await publish("word-counts", "word-counts.v1", jsonLines(some));
    }
    const { words, overlong, damaged } = counted;
    return { told: { words: words.size, overlong, damaged }, failure: failureOf(counted) };
  };

  const taking = { stage: "count-words", folder: "texts", atATime: textsAtATime, take } as const;
  return createObjectHandler(taking, dependencies);
}

/** What a text has that is none of its words, although it stands where words do. */
function failureOf({ overlong, damaged }: CountedWords): ObjectFailure | undefined {
  const issueOf = (count: number, what: string) =>
    count === 0 ? [] : [{ path: "object", message: `not counted: ${count} ${what}` }];
  const issues = [
    ...issueOf(damaged, "places that are no UTF-8, with the letters around them"),
    ...issueOf(overlong, "runs of letters that are longer than any word"),
  ];
  if (issues.length === 0) return undefined;
  return { reason: damaged > 0 ? "invalid-utf8" : "invalid-field", issues };
}
