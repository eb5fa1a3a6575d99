import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";

/** What is decoded. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "avif";

/** Where it stands, what stands there, and what that is. */
type Signature<What> = readonly [at: number, bytes: Buffer, what: What];

const formats: readonly Signature<ImageFormat>[] = [
  [0, Buffer.of(0xff, 0xd8, 0xff), "jpeg"],
  [0, Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), "png"],
  [0, Buffer.from("GIF87a"), "gif"],
  [0, Buffer.from("GIF89a"), "gif"],
  [8, Buffer.from("WEBP"), "webp"],
  [4, Buffer.from("ftypavif"), "avif"],
  [4, Buffer.from("ftypavis"), "avif"],
];
/** Images of other kinds, and what is often dropped for one. */
const others: readonly Signature<string>[] = [
  [4, Buffer.from("ftyphei"), "HEIC"],
  [4, Buffer.from("ftypmif"), "HEIF"],
  [4, Buffer.from("ftyp"), "a video"],
  [0, Buffer.from("II*\0"), "TIFF"],
  [0, Buffer.from("MM\0*"), "TIFF"],
  [0, Buffer.from("BM"), "BMP"],
  [0, Buffer.of(0, 0, 1, 0), "an icon"],
  [0, Buffer.of(0xff, 0x0a), "JPEG XL"],
  [4, Buffer.from("JXL "), "JPEG XL"],
  [4, Buffer.from("jP  "), "JPEG 2000"],
  [0, Buffer.from("8BPS"), "Photoshop's"],
  [0, Buffer.from("%PDF-"), "PDF"],
  [0, Buffer.from("PK\u0003\u0004"), "a zip archive"],
  [0, Buffer.of(0x1f, 0x8b), "gzip"],
];
/** An SVG may begin with comments; it is a program, and is never run. */
const svg = /<svg[\s>]/i;
const beginning = 4_096;
const advice = "save it as JPEG, PNG, WebP, GIF or AVIF";

/**
 * What an image is by its first bytes, whatever it is called.
 * @throws {BrokenObjectError} that says what it is instead.
 */
export function recognizeImage(bytes: Buffer): ImageFormat {
  const stands = ([at, signature]: Signature<string>) =>
    bytes.subarray(at, at + signature.length).equals(signature);
  const format = formats.find(stands)?.[2];
  if (format !== undefined) return format;
  const start = bytes.subarray(0, beginning).toString("latin1").replaceAll("\0", "");
  const what = svg.test(start) ? "SVG" : (others.find(stands)?.[2] ?? "no image that is known");
  throw new BrokenObjectError("unsupported-format", `the content is ${what}: ${advice}`);
}
