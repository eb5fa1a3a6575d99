import { isUtf8 } from "node:buffer";
import { scanJson } from "../../shared/codec/scan-json.ts";
import { enoughBytes, refuseBinary, unsupported } from "../../shared/objects/refuse-binary.ts";
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

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);
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
 * anything else is CSV where the topic has a layout for it, and lines where it takes text.
 * @throws {BrokenObjectError} that says what the content is, when that is nothing for the topic.
 */
export function chooseFormat(head: Buffer, topic: TopicFormat): ContentFormat {
  const text = withoutMark(head);
  if (!beginsWithJsonLine(text)) refuseBinary(head);
  const start = text.subarray(0, enoughBytes).toString("latin1");
  const skip = head.length - text.length;
  const first = text.toString("latin1").trimStart().charAt(0);
  // As old Macs wrote lines.
  const lineEnd = /\r[^\n]/.test(start) && !start.includes("\n") ? "\r" : "\n";
  if (topic.takesText === true && !["[", "{", ""].includes(first)) {
    return { format: "text", skip, lineEnd };
  }
  const assigned = lengthOfAssignment(start);
  if (assigned > 0) return { format: "json-array", skip: skip + assigned, lineEnd: "\n" };
  if (first === "[") return { format: "json-array", skip, lineEnd: "\n" };
  if (first === "{" || first === "") return { format: "ndjson", skip, lineEnd: "\n" };
  if (topic.csv !== undefined) return { format: "csv", skip, lineEnd };
  if (!/^[ \t]*[[{]/m.test(start)) {
    throw unsupported(
      `no JSON, and ${topic.name} takes nothing else`,
      "no line begins with { or [",
    );
  }
  return { format: "ndjson", skip, lineEnd: "\n" };
}

function beginsWithJsonLine(text: Buffer): boolean {
  let start = 0;
  while (start < text.length && isBlank(text.subarray(start, start + 1))) start++;
  if (!opensValue(text[start])) return false;
  const end = text.indexOf(lineFeed, start);
  if (end === -1) return false;
  const line = text.subarray(start, end);
  return isUtf8(line) && typeof scanJson(line) !== "string";
}

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
    throw unsupported("JavaScript", "of an account archive, tweets.js holds the posts");
  }
  const name = newer ?? older ?? "";
  if (partsWithPosts.test(name)) return assignment.length;
  throw unsupported(`the part ${name} of an account archive`, "tweets.js holds the posts");
}
