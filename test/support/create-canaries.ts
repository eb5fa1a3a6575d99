/** Words that are nowhere else: wherever one is found, what it stood in has got there. */
export type Canaries = {
  /** A new one, of 20 letters and digits. */
  next: () => string;
  /** How many there are. */
  count: () => number;
  /** The canaries in a text: plain in either case, also cut short, or in base64. */
  findIn: (text: string) => string[];
};

const word = "qzcanary";
const numberLength = 6;
const tail = "xwvkjq";

export function createCanaries(): Canaries {
  let made = 0;
  // In base64 a word looks different at each of three offsets; its edges depend on its neighbours.
  const encoded = ["", "-", "--"].map((before) =>
    Buffer.from(before + word)
      .toString("base64")
      .slice(before.length === 0 ? 0 : before.length + 1)
      .slice(0, 10),
  );
  const pattern = new RegExp(`${word}[0-9a-z]*|${Buffer.from(word).toString("hex")}`, "gi");
  const encodedPattern = new RegExp(encoded.map((text) => `${text}[\\w+/]*`).join("|"), "g");
  return {
    next: () => {
      made += 1;
      return `${word}${String(made).padStart(numberLength, "0")}${tail}`;
    },
    count: () => made,
    findIn: (text) => [...(text.match(pattern) ?? []), ...(text.match(encodedPattern) ?? [])],
  };
}
