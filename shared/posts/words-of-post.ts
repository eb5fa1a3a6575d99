import { findWords } from "../words/find-words.ts";
import { shownText } from "./shown-text.ts";

/** No word of a language is as long; what is, nobody looks for. */
const maxWordLength = 256;

/** The words of a post of a network, each once, as `findWords` spells them. */
export const wordsOfPost = (source: string, text: string): string[] => [
  ...new Set(findWords(shownText(source, text)).filter(({ length }) => length <= maxWordLength)),
];
