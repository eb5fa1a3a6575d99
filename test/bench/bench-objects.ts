import { readFileSync } from "node:fs";
import sharp from "sharp";
import { clusterColors } from "../../functions/cluster-colors/cluster-colors.ts";
import { countColors } from "../../functions/cluster-colors/count-colors.ts";
import { decodeImage } from "../../functions/cluster-colors/decode-image.ts";
import { createWordCounter } from "../../functions/count-words/count-words.ts";
import { hasSharedData, sharedDataPath } from "../support/shared-data.ts";
import { type Effort, held, type Measurement, ownCpuMs, roundsOf } from "./measurement.ts";

const rounds = 5;
const pieceLength = 65_536;
const bookCopies = 10;

/**
 * Measures what is done with whole objects: a book counted word by word, and a photo of 12 megapixels
 * from its bytes to its colours. Empty when the shared texts and photos are absent.
 */
export async function benchObjects(effort: Effort): Promise<Measurement[]> {
  if (!hasSharedData) return [];
  const photo = await sharp(readFileSync(sharedDataPath("images/snowbot_horseshoe_bowl.jpg")))
    .resize(4_000, 3_000)
    .jpeg({ quality: 90 })
    .toBuffer();
  const photoMs = await timesOf(effort, () => findColors(photo));
  const photoMebibytes = process.resourceUsage().maxRSS / 1_024;
  const book = readFileSync(sharedDataPath("text/pride_1342-0.txt"));
  const text = book.toString("utf8").repeat(bookCopies);
  const megabytes = (bookCopies * book.length) / 1e6;
  const wordsMs = await timesOf(effort, () => countWords(text));
  return [
    held(
      "count-words, text per second of CPU",
      wordsMs.map((ms) => megabytes / (ms / 1_000)),
    ),
    held("cluster-colors, CPU for a photo of 12 megapixels", photoMs),
    held("cluster-colors, resident memory for that photo", photoMebibytes),
  ];
}

/** ms of CPU, round by round. */
async function timesOf(effort: Effort, run: () => void | Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < roundsOf(effort, rounds); round++) times.push(await ownCpuMs(run));
  return times;
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
