/** UAX #29, with the dictionaries of languages that write no spaces between words. */
const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** They show where a word may be broken, where a file begins, or which way text runs, and are no part of it. */
const invisible = /[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
/** As plain texts emphasize: to the segmenter, `_so_` is a word. */
const emphasis = /^_+|_+$/g;

const ascii = /^[\0-\x7f]*$/;
/** What stands between white space, and what is ASCII together with its neighbours that are. */
const stretches = /(?<!\S)[\0-\x7f]+(?!\S)|\S+/g;
/** The words of lower-case ASCII. */
const asciiWords = /\w+(?:(?:(?<=[a-z])[.':](?=[a-z])|(?<=\d)[.,;'](?=\d))\w+)*/g;

/** They write spaces between words, and take letters for words as Latin does. */
const spacedScripts =
  "Latin Greek Cyrillic Armenian Georgian Arabic Ethiopic Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala"
    .split(" ")
    .map((script) => String.raw`\p{Script=${script}}`);
/** They write spaces, too, but a word ends where another script begins. */
const hangul = "가-힣";
/** Emoji, and punctuation outside of ASCII that always stands between words, but for `·`, `’` and `‧`. */
const apart = String.raw`[\p{Emoji_Presentation}--\p{Emoji_Modifier}]\u2010-\u2015\u2019\u201a-\u2023\u2025-\u2027\u2030-\u203e\u20a0-\u20bf`;
const plain = String.raw`\0-\xac\xae-\xb7\xb9-\u02af\p{Nd}${apart}${hangul}[[\p{L}\p{M}]&&[${spacedScripts.join("")}\p{Script=Inherited}]]`;
/** Anything else: only the segmenter knows what it does to words. */
const unusual = new RegExp(String.raw`[^${plain}]|[${hangul}_]\p{M}`, "v");

const letter = String.raw`[\p{L}--[${hangul}]]`;
const run = String.raw`(?:[${letter}\p{Nd}_]\p{M}*)+`;
const betweenLetters = String.raw`(?<=${letter}\p{M}*)[.':’·‧]\p{M}*(?=${letter})`;
const betweenDigits = String.raw`(?<=\p{Nd}\p{M}*)[.,;'’]\p{M}*(?=\p{Nd})`;
const spacedWords = new RegExp(
  `${run}(?:(?:${betweenLetters}|${betweenDigits})${run})*|[${hangul}]+`,
  "gv",
);

/**
 * The words of a text in order, in NFC and case-folded, so that one word is one text however it is
 * typeset: Unicode's words (https://unicode.org/reports/tr29/), numbers among them, none of them with
 * white space. The segmenter takes longer than a regular expression, which finds the same in
 * scripts that write spaces.
 */
export function findWords(text: string): string[] {
  if (ascii.test(text)) return asciiWordsOf(text);
  const shown = text.replace(invisible, "").normalize();
  return (shown.match(stretches) ?? []).flatMap((stretch) => {
    if (ascii.test(stretch)) return asciiWordsOf(stretch);
    const found = unusual.test(stretch)
      ? askSegmenter(stretch)
      : (stretch.match(spacedWords) ?? []);
    return found.map((word) => foldWord(bare(word))).filter((word) => word !== "");
  });
}

const asciiWordsOf = (text: string): string[] =>
  (text.toLowerCase().match(asciiWords) ?? []).map(bare).filter((word) => word !== "");

/** Asked for each place, because its iterator takes longer. */
function askSegmenter(text: string): string[] {
  const segments = segmenter.segment(text);
  const words: string[] = [];
  let next = segments.containing(0);
  while (next !== undefined) {
    if (next.isWordLike) words.push(next.segment);
    next = segments.containing(next.index + next.segment.length);
  }
  return words;
}

const bare = (word: string): string =>
  word.startsWith("_") || word.endsWith("_") ? word.replace(emphasis, "") : word;

/**
 * Case folding, for which JavaScript has no function: upper case is the same for `ß` and `ss`, `ς` and
 * `σ`, `ſ` and `s`; only the dotless `ı` has none of its own. An apostrophe of any shape is an apostrophe.
 */
function foldWord(word: string): string {
  if (ascii.test(word)) return word.toLowerCase();
  const folded = word.includes("ı") ? word.replace(/[^ı]+/g, foldCase) : foldCase(word);
  const plain = folded.replace(apostrophes, "'");
  // Most scripts have no case, and their words are as they were.
  return plain === word ? word : plain.normalize();
}

/** As they are typed, or corrected, within a word; at its ends the last one is a letter. */
const apostrophes = /[’‘＇]|(?<=\p{L}\p{M}*)ʼ(?=\p{L})/gu;

const foldCase = (text: string): string => text.toUpperCase().toLowerCase();
