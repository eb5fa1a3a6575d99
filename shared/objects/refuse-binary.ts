import { BrokenObjectError } from "./broken-object-error.ts";

const unpackIt = "unpack it first, or pack it with gzip instead";
const convertIt = "convert it to UTF-8 first";
const exportIt = "export it as lines of JSON first";
const wrongFile = "it is no text";

/** What no text begins with, what it is, and what to do about it. */
const signatures: readonly [Buffer, string, string][] = [
  [Buffer.of(0xff, 0xfe, 0, 0), "UTF-32", convertIt],
  [Buffer.of(0, 0, 0xfe, 0xff), "UTF-32", convertIt],
  [Buffer.of(0xff, 0xfe), "UTF-16", convertIt],
  [Buffer.of(0xfe, 0xff), "UTF-16", convertIt],
  [Buffer.of(0x1f, 0x8b), "gzip within gzip", unpackIt],
  [Buffer.from("PK\u0003\u0004"), "a zip archive", unpackIt],
  [Buffer.from("PK\u0005\u0006"), "a zip archive", unpackIt],
  [Buffer.of(0x28, 0xb5, 0x2f, 0xfd), "Zstandard", unpackIt],
  [Buffer.from("BZh"), "bzip2", unpackIt],
  [Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a), "xz", unpackIt],
  [Buffer.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), "a 7z archive", unpackIt],
  [Buffer.from("Rar!"), "a RAR archive", unpackIt],
  [Buffer.from("LZIP"), "lzip", unpackIt],
  [Buffer.of(0x04, 0x22, 0x4d, 0x18), "LZ4", unpackIt],
  [Buffer.of(0x1f, 0x9d), "compress(1)", unpackIt],
  [Buffer.of(0xff, 0x06, 0, 0, 0x73, 0x4e), "Snappy", unpackIt],
  [Buffer.from("PAR1"), "Parquet", exportIt],
  [Buffer.from("Obj\u0001"), "Avro", exportIt],
  [Buffer.from("ORC"), "ORC", exportIt],
  [Buffer.from("ARROW1"), "Arrow", exportIt],
  [Buffer.from("SQLite format 3\0"), "a SQLite database", exportIt],
  [Buffer.from("%PDF-"), "PDF", wrongFile],
  [Buffer.of(0x89, 0x50, 0x4e, 0x47), "a PNG image", wrongFile],
  [Buffer.of(0xff, 0xd8, 0xff), "a JPEG image", wrongFile],
];
/** Where git, too, looks to tell what is binary. */
export const enoughBytes = 8_000;
/** So many control characters are no accident in a line, which fails alone: random bytes have 10 %. */
const binary = { bytes: 32, share: 0.05 };

/**
 * Looks at the first bytes of content that should be a text.
 * @throws {BrokenObjectError} that says what it is instead, and what to do about it.
 */
export function refuseBinary(head: Buffer): void {
  const found = signatures.find(([bytes]) => head.subarray(0, bytes.length).equals(bytes));
  if (found !== undefined) throw unsupported(found[1], found[2]);
  const beginning = head.subarray(0, enoughBytes);
  if (isWide(beginning)) throw unsupported("UTF-16", convertIt);
  if (isBinary(beginning)) throw unsupported("binary", "what is it compressed or exported with?");
}

/** What is thrown for content of a kind that cannot be read, with what to do about it. */
export const unsupported = (what: string, advice: string): BrokenObjectError =>
  new BrokenObjectError("unsupported-format", `the content is ${what}: ${advice}`);

/** UTF-16 without a byte order mark: of each pair of bytes, mostly the same one is zero. */
function isWide(beginning: Buffer): boolean {
  const pairs = Math.floor(beginning.length / 2);
  let even = 0;
  let odd = 0;
  for (let pair = 0; pair < pairs; pair++) {
    if (beginning[2 * pair] === 0) even += 1;
    if (beginning[2 * pair + 1] === 0) odd += 1;
  }
  const [fewer, more] = even < odd ? [even, odd] : [odd, even];
  return pairs >= 2 && more > pairs / 2 && fewer < pairs / 10;
}

function isBinary(beginning: Buffer): boolean {
  const controls = beginning.filter((byte) => byte < 0x20 && !controlsOfText.includes(byte)).length;
  return controls >= binary.bytes && controls >= binary.share * beginning.length;
}

/** Control characters that texts have: tab, line feed, form feed, carriage return, escape. */
const controlsOfText = Buffer.from("\t\n\f\r\u001b");
