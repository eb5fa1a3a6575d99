import lists from "stopwords-json/stopwords-all.json" with { type: "json" };
import type { View } from "../shared/rows/view.ts";
import { findWords } from "../shared/words/find-words.ts";

/** Words that every text of a language is full of, spelled as count-words spells words. */
export const stopWords: View = {
  name: "stop_words",
  description: "Words that every text of a language is full of, by its ISO 639-1 code",
  sql: [
    "-- Words that every text of a language is full of. Generated from the package stopwords-json.",
    "SELECT language, word",
    "FROM UNNEST([",
    Object.entries(lists)
      .map(([language, words]) => `  STRUCT('${language}' AS language, ${literal(words)} AS words)`)
      .join(",\n"),
    "]) AS list, UNNEST(SPLIT(list.words, ' ')) AS word",
    "",
  ].join("\n"),
  columns: {
    language: "ISO 639-1 code of the language",
    word: "The word, as count-words spells it: case-folded, in NFC",
  },
};

/** All words in one literal: as many literals as words take long to parse. */
function literal(words: readonly string[]): string {
  const found = [...new Set(words.flatMap(findWords))].sort();
  return `"${found.join(" ")}"`;
}
