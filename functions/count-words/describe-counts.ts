import { eventIdOfOwn } from "../../shared/events/event-id.ts";
import { hashOfName } from "../../shared/objects/name-object.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";
import type { WordCount } from "../../shared/streams/word-counts.ts";

/** Version of the rules by which words are found; a change that finds other words raises it. */
const rules = 1;
/** What an event id has room for beside its source. */
const maxNameLength = 500;

/**
 * One event for each word of a document, all with the identity of the document: of its readings only
 * the newest counts. A document without words is an event without a word, which withdraws older ones.
 */
export function describeCounts(
  { createdAt }: Pick<StoredObject, "createdAt">,
  name: string,
  words: ReadonlyMap<string, number>,
): WordCount[] {
  const document = name.replace(/(?<=.)\.gz$/i, "");
  const reading = {
    id: eventIdOfOwn("text", nativeIdOf(document)),
    event_time: createdAt,
    document,
    revision: `${digits(Date.parse(createdAt), 9)}.${digits(rules, 2)}`,
  };
  if (words.size === 0) return [{ ...reading, occurrences: 0 }];
  return Array.from(words, ([word, occurrences]) => ({ ...reading, word, occurrences }));
}

/** A name without white space, which an id has none of. */
function nativeIdOf(document: string): string {
  const name = encodeURIComponent(document.toWellFormed());
  return name.length <= maxNameLength ? name : hashOfName(document);
}

const digits = (value: number, width: number): string => value.toString(36).padStart(width, "0");
