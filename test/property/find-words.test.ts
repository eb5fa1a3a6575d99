import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRecord } from "../../shared/codec/is-record.ts";
import { findWords } from "../../shared/words/find-words.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** What the segmenter alone finds in what stands between white space. */
function segmentedWords(text: string): string[] {
  const shown = text
    .normalize("NFC")
    .replace(/[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, "");
  return shown
    .split(/\s+/)
    .flatMap((part) => [...segmenter.segment(part)])
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment.replace(/^_+/, "").replace(/_+$/, ""))
    .filter((word) => word !== "");
}

/** How a word is folded is told by literals elsewhere; here it counts where it begins and ends. */
const spell = (words: string[]) =>
  words.map((word) =>
    word
      .toLowerCase()
      .toUpperCase()
      .replace(/[’‘＇ʼ]/g, "'")
      .normalize("NFC"),
  );

/** Letters and marks of many scripts, and whatever joins or parts them. */
const pieces = [
  ...Array.from("aZ_0'’.,:;-·‧ \t\n@#/&"),
  ..."ab 3.5 e\u0301 \u0301 ß ﬁ ſ ı İ º × Ⅷ ⓐ ½ ‿ ＿ ａＢ 𝒜 𐐀 𒀀 … “ ” — € ™".split(" "),
  ..."Привет ΟΔΟΣ ς Երևան ქართული مَرْحَبًا ٣ ٫ ٱ नमस्ते क्ष বাংলা தமிழ் ಕನ್ನಡ සිංහල አማርኛ ሀ፡ለ".split(" "),
  ...'한국어 ㄱ ᄀ שלום צה"ל ᏣᎳᎩ ᠮᠣᠩ 東京 タワー に ー 々 北京 ｶﾀ สวัสดี ລາວ ភាសា မြန်မာ བོད'.split(
    " ",
  ),
  ..."👩‍👩‍👧 ❤️ 👍🏽 😀 1️⃣ 🇩🇪".split(" "),
  ...Array.from(
    "‘ʼ\u061c\u200e\u200f\u202a\u2067\u00ad\u200d\u200b\u202f\u00a0\u3000\u2028\ufeff\u2060\ud800",
  ),
];

describe("the segmenter's words are found without it", () => {
  test("in texts of many scripts", () => {
    const known = fc.constantFrom(...pieces);
    const any = fc.string({ unit: "binary", maxLength: 3 });
    const text = fc.array(
      fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: any }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(text, (some) => {
        const all = some.join("");
        expect(spell(findWords(all))).toEqual(spell(segmentedWords(all)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("whichever character stands between others", () => {
    // Without ideographs and most syllables, which are all alike, and scripts of the past. Of letters,
    // whose neighbours are like them, and of pictures some.
    const blocks = [
      { from: 0, to: 0x600, step: 1 },
      { from: 0x600, to: 0x2000, step: 3 },
      { from: 0x2000, to: 0x2c00, step: 1 },
      { from: 0x2c00, to: 0x3000, step: 3 },
      { from: 0x3000, to: 0x3100, step: 1 },
      { from: 0x3100, to: 0x3200, step: 3 },
      { from: 0xa000, to: 0xac80, step: 13 },
      { from: 0xd700, to: 0xd800, step: 3 },
      { from: 0xfb00, to: 0x10000, step: 3 },
      { from: 0x10400, to: 0x10480, step: 3 },
      { from: 0x1f300, to: 0x1f700, step: 3 },
    ];
    const wrong: string[] = [];
    for (const { from, to, step } of blocks) {
      for (let code = from; code < to; code += step) {
        const one = String.fromCodePoint(code);
        const text = `a${one}b 1${one}2 -${one}_ ${one}\u0301.${one} 가${one}`;
        const [found, told] = [spell(findWords(text)), spell(segmentedWords(text))];
        if (found.join(" ") !== told.join(" ")) wrong.push(code.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });

  test
    .skipIf(!hasSharedData)
    .each([
      "tweets/stream-2019-07-03.jsonl.gz",
      "tweets-v2/kpop.jsonl.gz",
      "bluesky/posts-flattened.jsonl.gz",
      "mastodon/statuses.jsonl.gz",
    ])("in the posts of %s", (name) => {
    const texts = sharedLines(name)
      .slice(0, 500)
      .flatMap((line) => textsOf(JSON.parse(line)));
    expect(texts.length).toBeGreaterThan(100);
    for (const text of texts) {
      expect(spell(findWords(text))).toEqual(spell(segmentedWords(text)));
    }
  });
});

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === "string" && /^(?:full_)?text$|^content$/.test(name)
      ? [member]
      : textsOf(member),
  );
}
