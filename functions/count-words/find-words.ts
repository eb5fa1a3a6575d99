/** UAX #29, with the dictionaries of languages that write no spaces between words. */
const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** They show where a word may be broken, or where a file begins, and are no part of it. */
const invisible = /[\u00ad\u2060\ufeff]/g;
/** As plain texts emphasize: to the segmenter, `_so_` is a word. */
const emphasis = /^_+|_+$/g;

/**
 * The words of a text in order, in NFC and case-folded, so that one word is one text however it is
 * typeset: Unicode's words (https://unicode.org/reports/tr29/), numbers among them.
 */
export function findWords(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(
    text.normalize().replace(invisible, ""),
  )) {
    if (!isWordLike) continue;
    const word = foldWord(segment.replace(emphasis, ""));
    if (word !== "") words.push(word);
  }
  return words;
}

/**
 * Case folding, for which JavaScript has no function: upper case is the same for `ß` and `ss`, `ς` and
 * `σ`, `ſ` and `s`; only the dotless `ı` has none of its own. A typographic apostrophe is an apostrophe.
 */
function foldWord(word: string): string {
  if (/^[ -~]*$/.test(word)) return word.toLowerCase();
  return word
    .replaceAll("’", "'")
    .replace(/[^ı]+/g, (part) => part.toUpperCase().toLowerCase())
    .normalize();
}
