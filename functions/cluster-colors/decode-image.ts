import sharp from "sharp";
import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { type ImageFormat, recognizeImage } from "./recognize-image.ts";

/** An image in sRGB: of each pixel, row by row, red, green and blue, and alpha where it has any. */
export type Image = {
  format: ImageFormat;
  width: number;
  height: number;
  pixels: Uint8Array;
  channels: 3 | 4;
};

// Only what is recognized is ever decoded: no SVG, no PDF, no format that runs ImageMagick.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadNsgifBuffer",
    "VipsForeignLoadHeifBuffer",
  ],
});
// An instance has one core, and never sees the same image twice.
sharp.concurrency(1);
sharp.cache(false);

/**
 * The pixels of an image of at most `mostPixels`, of an animation those of its first frame, 8 bits
 * each: by its own profile where it has one and profiles apply, else its numbers as they are stored. It
 * is not turned as its camera was, which changes no colour.
 * @throws {BrokenObjectError} when it is something else, too large, cut short or damaged.
 */
export async function decodeImage(
  bytes: Buffer,
  { mostPixels, appliesProfiles }: { mostPixels: number; appliesProfiles: boolean },
): Promise<Image> {
  const format = recognizeImage(bytes);
  const options = { limitInputPixels: false, pages: 1, ignoreIcc: !appliesProfiles };
  const open = () => sharp(bytes, { failOn: "error", ...options });
  const { width, height } = await understand(open().metadata());
  if (width * height > mostPixels) {
    const message = `${width} × ${height} pixels are more than ${mostPixels}`;
    throw new BrokenObjectError("decompression-bomb", message);
  }
  const raw = open().toColourspace("srgb").raw({ depth: "uchar" });
  const { data, info } = await understand(raw.toBuffer({ resolveWithObject: true }));
  if (info.channels !== 3 && info.channels !== 4) {
    throw new BrokenObjectError("unsupported-format", `an image of ${info.channels} channels`);
  }
  return { format, width: info.width, height: info.height, pixels: data, channels: info.channels };
}

/** What the decoder makes of the bytes; it fails over nothing else than them. */
async function understand<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (error) {
    const isCut = error instanceof Error && /premature|truncated|end of/i.test(error.message);
    throw isCut
      ? new BrokenObjectError("truncated-object", "the image is cut short")
      : new BrokenObjectError("corrupt-object", "the image is damaged");
  }
}
