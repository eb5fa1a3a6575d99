import { isUtf8 } from "node:buffer";
import { scanJson } from "../../shared/codec/scan-json.ts";
import { BrokenObjectError } from "./broken-object-error.ts";
import { opensValue } from "./follow-json.ts";
import type { TopicFormat } from "./landing-topic.ts";
import type { LoadReport } from "./load-report.v1.ts";
import { isBlank } from "./read-json.ts";

/** How the content is to be read, and how many of its first bytes stand before it. */
export type ContentFormat = {
  format: NonNullable<LoadReport["format"]>;
  skip: number;
  lineEnd: "\n" | "\r";
};

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
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);
/** Where git, too, looks to tell what is binary. */
const enoughBytes = 8_000;
/** So many control characters are no accident in a line, which fails alone: random bytes have 10 %. */
const binary = { bytes: 32, share: 0.05 };
/** White space before the first value; more of it, and the content is taken for lines. */
const mostSpace = 64 * 1024;
const lineFeed = 0x0a;

/** Whether the head shows all that `chooseFormat` looks at. */
export function isEnough(head: Buffer, topic: TopicFormat): boolean {
  if (head.length > mostSpace) return true;
  // Those who publish line by line, live, are not made to wait.
  if (topic.takesText === true && head.includes(lineFeed)) return true;
  if (beginsWithJsonLine(withoutMark(head))) return true;
  return head.length >= enoughBytes && !isBlank(withoutMark(head));
}

/**
 * The format of some content, by its first bytes alone: names say whatever they say. `{` begins
 * values of JSON, `[` an array of them, as does the assignment in the files of an account archive;
 * anything else is CSV where the topic has a layout for it.
 * @throws {BrokenObjectError} that says what the content is, when that is nothing for the topic.
 */
export function chooseFormat(head: Buffer, topic: TopicFormat): ContentFormat {
  const text = withoutMark(head);
  if (!beginsWithJsonLine(text)) refuseBinary(head);
  const start = text.subarray(0, enoughBytes).toString("latin1");
  const skip = head.length - text.length;
  const assigned = lengthOfAssignment(start);
  if (assigned > 0) return { format: "json-array", skip: skip + assigned, lineEnd: "\n" };
  const first = text.toString("latin1").trimStart().charAt(0);
  if (first === "[") return { format: "json-array", skip, lineEnd: "\n" };
  if (first === "{" || first === "") return { format: "ndjson", skip, lineEnd: "\n" };
  if (topic.csv !== undefined) {
    // As spreadsheets on old Macs wrote it.
    const isMac = start.includes("\r") && !start.includes("\n");
    return { format: "csv", skip, lineEnd: isMac ? "\r" : "\n" };
  }
  if (topic.takesText !== true && !/^[ \t]*[[{]/m.test(start)) {
    throw refusal(`no JSON, and ${topic.name} takes nothing else`, "no line begins with { or [");
  }
  return { format: "ndjson", skip, lineEnd: "\n" };
}

const refusal = (what: string, advice: string): BrokenObjectError =>
  new BrokenObjectError("unsupported-format", `the content is ${what}: ${advice}`);

function beginsWithJsonLine(text: Buffer): boolean {
  let start = 0;
  while (start < text.length && isBlank(text.subarray(start, start + 1))) start++;
  if (!opensValue(text[start])) return false;
  const end = text.indexOf(lineFeed, start);
  if (end === -1) return false;
  const line = text.subarray(start, end);
  return isUtf8(line) && typeof scanJson(line) !== "string";
}

function refuseBinary(head: Buffer): void {
  const found = signatures.find(([bytes]) => head.subarray(0, bytes.length).equals(bytes));
  if (found !== undefined) throw refusal(found[1], found[2]);
  const beginning = head.subarray(0, enoughBytes);
  if (isWide(beginning)) throw refusal("UTF-16", convertIt);
  if (isBinary(beginning)) throw refusal("binary", "what is it compressed or exported with?");
}

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

const withoutMark = (head: Buffer): Buffer =>
  head.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    ? head.subarray(byteOrderMark.length)
    : head;

/** `window.YTD.tweets.part0 = [`, before 2019 `Grailbird.data.tweets_2012_03 =` on a line of its own. */
const archivePart = /^\s*(?:window\.YTD\.(\w+)\.part\d+|Grailbird\.data\.(\w+))\s*=\s*/;
const anyAssignment = /^\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]*\s*=\s*[[{]/;
/** Parts that hold posts; of those that were deleted, and of headers, nothing is to be counted. */
const partsWithPosts = /^(?:tweets?|community_tweets?|tweets_\d{4}_\d{2})$/;

/** How much stands before the array of an account archive; 0 for other content. */
function lengthOfAssignment(start: string): number {
  const [assignment, newer, older] = archivePart.exec(start) ?? [];
  if (assignment === undefined) {
    if (!anyAssignment.test(start)) return 0;
    throw refusal("JavaScript", "of an account archive, tweets.js holds the posts");
  }
  const name = newer ?? older ?? "";
  if (partsWithPosts.test(name)) return assignment.length;
  throw refusal(`the part ${name} of an account archive`, "tweets.js holds the posts");
}
