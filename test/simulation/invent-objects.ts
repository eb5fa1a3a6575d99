import { gzipSync } from "node:zlib";
import type { Random } from "../support/create-random.ts";
import type { InventedRecord, Records } from "./invent-records.ts";
import { writeTweetV1 } from "./write-lines.ts";

/** A file that lands in the bucket, and what must become of it. */
export type LandedObject = {
  bucket: string;
  name: string;
  generation: string;
  /** As stored. */
  content: Buffer;
  /** By their lines; none of an object that is broken. */
  records: ReadonlyMap<string, InventedRecord>;
  /** Why nothing of it may be loaded. */
  broken?: "truncated-object" | "corrupt-object";
};

/** Two messages, and few enough bytes to be read in one piece. */
const mostLines = 560;
const gzipTrailerBytes = 8;

/** A file of so many lines at most, told at a time in ms since 1970. */
export function inventObject(
  random: Random,
  {
    records,
    nowMs,
    index,
    lines,
  }: { records: Records; nowMs: number; index: number; lines: number },
): LandedObject {
  const identity = { bucket: "lake", generation: String(1 + random.below(1_000_000)) };
  const size = Math.min(lines, random.pick([1, 40, mostLines]));
  if (random.chance(0.4)) {
    const never = Array.from({ length: size }, (_, line) => neverWhole(nowMs, index, line));
    const name = `landing/tweets/broken-${index}.ndjson.gz`;
    return { ...identity, name, records: new Map(), ...damage(random, compress(random, never)) };
  }
  const told = Array.from({ length: size }, () => records.ofObjects(nowMs));
  const texts = told.map(({ line }) => line.toString());
  const isCompressed = random.chance(0.6);
  return {
    ...identity,
    name: `landing/tweets/part-${index}.ndjson${isCompressed ? ".gz" : ""}`,
    content: isCompressed ? compress(random, texts) : Buffer.from(texts.join("\n")),
    records: new Map(told.map((record) => [record.line.toString(), record])),
  };
}

/** A tweet of a file that is cut short: it must never be counted. */
const neverWhole = (nowMs: number, index: number, line: number): string =>
  writeTweetV1(
    {
      native: `77${index}${100_000 + line}`,
      version: `77${index}${100_000 + line}`,
      iso: new Date(nowMs).toISOString(),
      author: undefined,
      kind: "post",
      links: [{ raw: "https://example.com/p/1" }],
    },
    0,
  );

/** One gzip member, or two that cut a line in the middle. */
function compress(random: Random, lines: readonly string[]): Buffer {
  const content = Buffer.from(lines.join("\n"));
  const cut = random.chance(0.5) ? content.length : random.below(content.length);
  const members = [content.subarray(0, cut), content.subarray(cut)];
  return Buffer.concat(members.filter(({ length }) => length > 0).map((part) => gzipSync(part)));
}

function damage(random: Random, whole: Buffer): Pick<LandedObject, "content" | "broken"> {
  if (random.chance(0.5)) {
    const content = Buffer.from(whole);
    const at = content.length - gzipTrailerBytes;
    content.writeUInt8(content.readUInt8(at) ^ 1, at);
    return { content, broken: "corrupt-object" };
  }
  // Less than a member has: cut between two members, the file would be whole.
  const leastOfMember = gzipSync(Buffer.alloc(0)).length;
  const cut = 1 + random.below(leastOfMember - 1);
  return { content: whole.subarray(0, whole.length - cut), broken: "truncated-object" };
}
