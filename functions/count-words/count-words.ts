import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { findWords } from "../../shared/words/find-words.ts";

export type CountedWords = {
  /** Each word of the text and how often it has it. */
  words: ReadonlyMap<string, number>;
  /** Runs of letters that are longer than a word may be: none of the words. */
  overlong: number;
  /** Parts between white space with something in them that was no UTF-8: none of the words, either. */
  damaged: number;
};

/** What the stream takes; no word of a language is as long. */
const mostWordLength = 256;
/** Of a text in another encoding than UTF-8, more is damaged, in most languages but English. */
const mostDamaged = 0.05;
const replacement = "\ufffd";
/** What stands between white space recurs: it is taken apart once, when so much of it is kept. */
const keptCharacters = 1_000_000;
/** A run without white space is cut: what a text holds back is bounded. */
const mostHeldBack = 65_536;
const lookBack = 4_096;
/** The punctuation of languages that write no white space: always between words. */
const punctuation = /[\u3001-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1f]+/;

/**
 * Counts the words of a text that comes in pieces, cut anywhere. What is held is bounded by its
 * different words, not by its length: no text of a language has more of them than `mostWords`.
 */
export function createWordCounter(mostWords = 1_000_000) {
  const words = new Map<string, number>();
  /** What stands between white space, and how often; taken apart all at once. */
  const parts = new Map<string, number>();
  let characters = 0;
  let heldBack = "";
  let total = 0;
  let overlong = 0;
  let damaged = 0;

  const countWord = (word: string, times: number) => {
    const before = words.get(word);
    if (before !== undefined) words.set(word, before + times);
    else if (word.length > mostWordLength) overlong += times;
    else words.set(detach(word), times);
  };

  const takeApart = () => {
    for (const [part, times] of parts) {
      for (const piece of part.split(punctuation)) {
        if (piece === "") continue;
        total += times;
        if (piece.includes(replacement)) damaged += times;
        else for (const word of findWords(piece)) countWord(word, times);
      }
    }
    parts.clear();
    characters = 0;
    if (words.size <= mostWords) return;
    const message = `more than ${mostWords} different words: is it a text?`;
    throw new BrokenObjectError("too-many-records", message);
  };

  const gather = (text: string) => {
    for (const part of text.split(/\s+/)) {
      if (part === "") continue;
      const before = parts.get(part);
      parts.set(before === undefined ? detach(part) : part, (before ?? 0) + 1);
      if (before === undefined) characters += part.length;
    }
    if (characters > keptCharacters) takeApart();
  };

  return {
    /** @throws {BrokenObjectError} when there are more different words than any text has. */
    add: (text: string): void => {
      const open = heldBack + text;
      const end = endOfWhole(open, heldBack.length);
      gather(open.slice(0, end));
      heldBack = open.slice(end);
    },

    /** @throws {BrokenObjectError} also when the text is in another encoding than UTF-8. */
    end: (): CountedWords => {
      gather(heldBack);
      takeApart();
      if (damaged > mostDamaged * total) {
        const message = `not UTF-8, in ${damaged} of ${total} places: convert it to UTF-8 first`;
        throw new BrokenObjectError("invalid-utf8", message);
      }
      return { words, overlong, damaged };
    },
  };
}

/** Up to where a text can be taken apart, whatever follows; up to `from`, it has no white space. */
function endOfWhole(text: string, from: number): number {
  const space = endOfLast(/\s/, text, from);
  if (space > 0) return space;
  if (text.length <= mostHeldBack) return 0;
  const mark = endOfLast(/[^\p{L}\p{N}\p{M}\p{Cs}]/u, text, text.length - lookBack);
  if (mark > 0) return mark;
  return isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
}

/** Behind the last code unit from `from` on that fits; 0 when there is none. */
function endOfLast(unit: RegExp, text: string, from: number): number {
  for (let at = text.length; at > from; at--) if (unit.test(text.charAt(at - 1))) return at;
  return 0;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** A copy of its own: a part of a text keeps all of the text in memory. */
const detach = (text: string): string => Buffer.from(text).toString();
