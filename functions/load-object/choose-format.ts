import { BrokenObjectError } from "./broken-object-error.ts";
import type { LandingTopic } from "./landing-topic.ts";
import type { LoadReport } from "./load-report.v1.ts";
import { isBlank } from "./read-json.ts";

/** How the content is to be read, and how many of its first bytes are a byte order mark. */
export type ContentFormat = { format: NonNullable<LoadReport["format"]>; skip: number };

/** What no line of text begins with, and what it is. */
const signatures: readonly [Buffer, string][] = [
  [Buffer.of(0xff, 0xfe), "UTF-16"],
  [Buffer.of(0xfe, 0xff), "UTF-16"],
  [Buffer.of(0x1f, 0x8b), "gzip within gzip"],
  [Buffer.from("PK\u0003\u0004"), "a zip archive"],
  [Buffer.of(0x28, 0xb5, 0x2f, 0xfd), "Zstandard"],
  [Buffer.from("BZh"), "bzip2"],
  [Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a), "xz"],
  [Buffer.from("PAR1"), "Parquet"],
  [Buffer.from("Obj\u0001"), "Avro"],
];
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);
/** Where git, too, looks to tell what is binary. */
const enoughBytes = 8_000;
/** So many control characters are no accident in a line, which fails alone: random bytes have 10 %. */
const binary = { bytes: 32, share: 0.05 };
/** White space before the first value; more of it, and the content is taken for lines. */
const mostSpace = 64 * 1024;

/** Whether the head shows all that `chooseFormat` looks at. */
export function isEnough(head: Buffer): boolean {
  if (head.length > mostSpace) return true;
  return head.length >= enoughBytes && !isBlank(withoutMark(head));
}

/**
 * The format of an object, by the first bytes of its content and by its name: `{` begins lines of
 * JSON; `[` an array, unless the name says that these are lines; anything else is CSV where the
 * topic has a layout for it.
 * @throws {BrokenObjectError} for content that is no text, and CSV for a topic that takes none.
 */
export function chooseFormat(head: Buffer, name: string, topic: LandingTopic): ContentFormat {
  const found = signatures.find(([bytes]) => head.subarray(0, bytes.length).equals(bytes));
  if (found) throw new BrokenObjectError("unsupported-format", `the content is ${found[1]}`);
  if (isBinary(head.subarray(0, enoughBytes))) {
    throw new BrokenObjectError("unsupported-format", "the content is binary, or UTF-16");
  }
  const text = withoutMark(head);
  const skip = head.length - text.length;
  const start = text.toString("latin1").trimStart().slice(0, 1);
  const [, extension = ""] = /\.(\w+)(?:\.gz)?$/i.exec(name) ?? [];
  const isLines = /^(?:jsonl|ndjson)$/i.test(extension);
  if (start === "[" && !isLines) return { format: "json-array", skip };
  if (start === "{" || start === "[" || start === "" || isLines) return { format: "ndjson", skip };
  if (topic.csv !== undefined) return { format: "csv", skip };
  if (/^csv$/i.test(extension)) {
    throw new BrokenObjectError("unsupported-format", `${topic.name} takes no CSV`);
  }
  return { format: "ndjson", skip };
}

function isBinary(beginning: Buffer): boolean {
  const controls = beginning.filter((byte) => byte < 0x20 && !controlsOfText.includes(byte)).length;
  return controls >= binary.bytes && controls >= binary.share * beginning.length;
}

/** Control characters that texts have: tab, line feed, form feed, carriage return, escape. */
const controlsOfText = Buffer.from("\t\n\f\r\u001b");

const withoutMark = (head: Buffer): Buffer =>
  head.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    ? head.subarray(byteOrderMark.length)
    : head;
