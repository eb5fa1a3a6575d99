import { readFileSync } from "node:fs";
import sharp from "sharp";
import { clusterColors } from "../../functions/cluster-colors/cluster-colors.ts";
import { countColors } from "../../functions/cluster-colors/count-colors.ts";
import { decodeImage } from "../../functions/cluster-colors/decode-image.ts";
import { createWordCounter } from "../../functions/count-words/count-words.ts";
import { hasSharedData, sharedDataPath } from "../support/shared-data.ts";
import { atLeast, atMost, type Measurement, median, ownCpuMs } from "./measurement.ts";

const rounds = 5;
const pieceLength = 65_536;
const bookCopies = 10;

/**
 * Measures what is done with whole objects: a book counted word by word, and a photo of 12 megapixels
 * from its bytes to its colours. Empty when the shared texts and photos are absent.
 */
export async function benchObjects(): Promise<Measurement[]> {
  if (!hasSharedData) return [];
  const book = readFileSync(sharedDataPath("text/pride_1342-0.txt"));
  const text = book.toString("utf8").repeat(bookCopies);
  const megabytes = (bookCopies * book.length) / 1e6;
  const wordsMs = await middle(() => countWords(text));
  const photo = await sharp(readFileSync(sharedDataPath("images/snowbot_horseshoe_bowl.jpg")))
    .resize(4_000, 3_000)
    .jpeg({ quality: 90 })
    .toBuffer();
  const photoMs = await middle(() => findColors(photo));
  return [
    atLeast("count-words, text a second of CPU", megabytes / (wordsMs / 1_000), 10, "MB"),
    atMost("cluster-colors, CPU for a photo of 12 megapixels", photoMs, 700, "ms"),
  ];
}

async function middle(run: () => void | Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await ownCpuMs(run));
  return median(times);
}

function countWords(text: string): void {
  const counter = createWordCounter();
  for (let at = 0; at < text.length; at += pieceLength)
    counter.add(text.slice(at, at + pieceLength));
  counter.end();
}

async function findColors(photo: Buffer): Promise<void> {
  const image = await decodeImage(photo, { mostPixels: 40_000_000, appliesProfiles: false });
  clusterColors(countColors(image), 5);
}
