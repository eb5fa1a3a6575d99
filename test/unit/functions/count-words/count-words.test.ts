import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createWordCounter } from "../../../../functions/count-words/count-words.ts";
import { hasSharedData, sharedDataPath } from "../../../support/shared-data.ts";

/** Counts a text that comes in pieces of so many code units. */
function count(text: string, pieceLength = text.length) {
  const counter = createWordCounter();
  for (let at = 0; at < text.length; at += pieceLength)
    counter.add(text.slice(at, at + pieceLength));
  return counter.end();
}

const mostFrequent = (words: ReadonlyMap<string, number>, most: number): string =>
  [...words]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map((one) => one.join(" "))
    .join(", ");

describe("a text", () => {
  test.each([1, 2, 3, 7, 1_000])("is counted the same in pieces of %i", (pieceLength) => {
    const { words } = count(
      "The cat – the CAT’S hat. 吾輩は猫である。e\u0301te\u0301\n\nthe",
      pieceLength,
    );
    expect(Object.fromEntries(words)).toEqual({
      the: 3,
      cat: 1,
      "cat's": 1,
      hat: 1,
      吾輩: 1,
      は: 1,
      猫: 1,
      で: 1,
      ある: 1,
      été: 1,
    });
  });

  test("without anything has no words", () => {
    expect(count("")).toEqual({ words: new Map(), overlong: 0, damaged: 0 });
    expect(count(" \n — … ").words.size).toBe(0);
  });

  test("of a million different parts is counted like one of few", () => {
    const counter = createWordCounter();
    for (let n = 0; n < 300_000; n++) counter.add(`${n % 1_000}, (${n % 7}) `);
    const { words } = counter.end();
    expect(words.size).toBe(1_000);
    expect(words.get("999")).toBe(300);
    expect(words.get("3")).toBe(300 + 42_857);
  });

  test("of many different parts is taken apart piece by piece", () => {
    const counter = createWordCounter();
    const parts = Array.from({ length: 170_000 }, (_, n) => `p${n} `);
    counter.add(`twice ${parts.join("")}twice`);
    counter.add(` p7 ${parts.join("")}`);
    const { words } = counter.end();
    expect([words.size, words.get("p7"), words.get("p169999"), words.get("twice")]).toEqual([
      170_001, 3, 2, 2,
    ]);
  });

  test("without white space is cut between words where that can be seen", () => {
    const sentence = "吾輩は猫である・";
    const { words, overlong } = count(sentence.repeat(50_000), 10_000);
    expect(Object.fromEntries(words)).toEqual({
      吾輩: 50_000,
      は: 50_000,
      猫: 50_000,
      で: 50_000,
      ある: 50_000,
    });
    expect(overlong).toBe(0);
  });

  test("of one endless run of letters has no word, and says so", () => {
    const { words, overlong } = count("x".repeat(1_000_000), 65_536);
    expect(words.size).toBe(0);
    expect(overlong).toBeGreaterThan(0);
  });

  test("never parts what two code units make together", () => {
    // Deseret capital and small letter: one word, however often, and no half of one.
    const { words } = count(`${"𐐀𐐨".repeat(100_000)}`, 65_537);
    expect([...words.keys()].join("").isWellFormed()).toBe(true);
  });

  test("with more different words than any text has is refused", () => {
    const counter = createWordCounter(1_000);
    counter.add(Array.from({ length: 1_000 }, (_, n) => `w${n} w${n} `).join(""));
    expect(counter.end().words.size).toBe(1_000);
    counter.add("w1000");
    expect(() => counter.end()).toThrow("more than 1000 different words: is it a text?");
  });
});

describe("what was no UTF-8", () => {
  test("is none of the words, and nor are the letters around it", () => {
    const { words, damaged } = count(`nation\ufffds ${"good ".repeat(50)}`);
    expect(Object.fromEntries(words)).toEqual({ good: 50 });
    expect(damaged).toBe(1);
  });

  test("makes the text one of another encoding, where there is much of it", () => {
    const refused = () => count("d\ufffdj\ufffd vu ".repeat(100));
    expect(refused).toThrow("not UTF-8, in 100 of 200 places: convert it to UTF-8 first");
  });
});

// Counted by Python: text.replace("’", "'").casefold(), re.findall(r"[^\W_]+(?:'[^\W_]+)*").
describe.skipIf(!hasSharedData)("a real text", () => {
  test.each([
    [
      "pride_1342-0.txt",
      "the 4507, to 4243, of 3730, and 3658, her 2225, i 2069, a 2012, in 1937, was 1847, she 1710, that 1594, it 1550",
    ],
    [
      "alice_11-0.txt",
      "the 1818, and 940, to 809, a 690, of 631, it 545, she 541, said 462, you 435, in 431, i 410, alice 386",
    ],
  ])("%s", (name, expected) => {
    const { words, damaged } = count(readFileSync(sharedDataPath(`text/${name}`), "utf8"), 65_536);
    expect(mostFrequent(words, 12)).toBe(expected);
    expect(damaged).toBe(0);
  });

  test("59 speeches, one of which has punctuation in Big5 in 36 places", () => {
    const archive = sharedDataPath("text/inaugural.zip");
    const unzipped = execFileSync("unzip", ["-p", archive, "*.txt"], { encoding: "utf8" });
    const { words, damaged } = count(unzipped, 65_536);
    expect(mostFrequent(words, 12)).toBe(
      "the 10195, of 7185, and 5409, to 4601, in 2829, a 2294, our 2224, we 1823, that 1814, be 1505, is 1490, it 1398",
    );
    expect(damaged).toBe(36);
  });
});
