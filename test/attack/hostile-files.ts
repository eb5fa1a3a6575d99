import { crc32, deflateSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { createRandom } from "../support/create-random.ts";

/** Where a file is dropped, and what is in it. */
export type HostileFile = { folder: string; name: string; content: Buffer };

/** As many pixels as an image may have. */
const large = { width: 8_000, height: 5_000 };

type Files = () => [string, Buffer][] | Promise<[string, Buffer][]>;

/** The worst files that are known, for each folder that is taken. */
export async function hostileFiles(
  isTaken: (folder: string) => boolean,
  goodTweets: readonly string[],
): Promise<HostileFile[]> {
  const folders: Record<string, Files> = {
    images: hostileImages,
    texts: () => [
      ["distinct.txt", distinctWords(1_100_000)],
      ["letters.txt", Buffer.alloc(60_000_000, "ab")],
      ["commas.txt", Buffer.alloc(30_000_000, "a,")],
      ["unbroken.txt", Buffer.from("漢字".repeat(5_000_000))],
      ["bomb.txt.gz", gzipSync(Buffer.alloc(250_000_000, "word "))],
    ],
    turnstiles: () => [
      ["columns.csv", Buffer.from(`${"a,".repeat(5_000_000)}\n`.repeat(4))],
      ["quotes.csv", Buffer.alloc(30_000_000, '"')],
    ],
    tweets: () => [
      ["good.jsonl", Buffer.from(goodTweets.join("\n").repeat(8))],
      ["junk.jsonl", Buffer.from(`${"x".repeat(999)}\n`.repeat(30_000))],
      ["long.jsonl", Buffer.alloc(60_000_000, "x")],
      ["deep.json", Buffer.alloc(20_000_000, "[")],
      ["bomb.jsonl.gz", gzipSync(Buffer.alloc(400_000_000, "{}\n"))],
    ],
  };
  const files: HostileFile[] = [];
  for (const [folder, make] of Object.entries(folders)) {
    if (!isTaken(folder)) continue;
    for (const [name, content] of await make()) files.push({ folder, name, content });
  }
  return files;
}

function distinctWords(count: number): Buffer {
  const letters = (index: number) =>
    index.toString(26).replace(/\d/g, (digit) => "qrstuvwxyz"[Number(digit)] ?? "");
  return Buffer.from(
    Array.from({ length: count }, (_, index) => letters(index + 500_000)).join(" "),
  );
}

/** As large as they may be when they are decoded, in the ways that decoders find dear, and broken ones. */
async function hostileImages(): Promise<[string, Buffer][]> {
  const flat = sharp({
    create: { ...large, channels: 4, background: { r: 9, g: 99, b: 199, alpha: 0.5 } },
  });
  const noise = Buffer.alloc(3 * large.width * large.height);
  const random = createRandom(1);
  const tile = Buffer.from(Array.from({ length: 999_999 }, () => random.below(256)));
  for (let at = 0; at < noise.length; at += tile.length) tile.copy(noise, at);
  const noisy = sharp(noise, { raw: { ...large, channels: 3 } });
  const progressive = await noisy.jpeg({ quality: 10, progressive: true }).toBuffer();
  return [
    ["progressive.jpg", progressive],
    [
      "interlaced.png",
      await flat.clone().png({ progressive: true, compressionLevel: 1 }).toBuffer(),
    ],
    ["large.webp", await flat.clone().webp({ effort: 0 }).toBuffer()],
    ["cut.jpg", progressive.subarray(0, progressive.length / 2)],
    ["bomb.png", pngOf(60_000, 60_000)],
    ["junk.png", Buffer.concat([pngOf(10, 10).subarray(0, 33), Buffer.alloc(5_000_000, "x")])],
  ];
}

/** A PNG that says how large it is, and then has hardly any of it. */
function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const pixels = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
