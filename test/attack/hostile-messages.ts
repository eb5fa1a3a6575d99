import { zstdCompressSync } from "node:zlib";

/** The data of a message and its attributes, as a hostile publisher would choose them. */
export type HostileMessage = { what: string; data: Buffer; attributes: Record<string, string> };

/** Of one message of Pub/Sub. */
const mostBytes = 10_000_000;
const mostLines = 10_000;
/** 100 attributes of 256 and 1,024 bytes are the most that Pub/Sub takes. */
const mostAttributes = Object.fromEntries(
  Array.from({ length: 100 }, (_, index) => [
    `${String(index).padStart(3, "0")}${"n".repeat(253)}`,
    "v".repeat(1_024),
  ]),
);
const zstd = { "content-encoding": "zstd" };

/**
 * The worst messages that are known: large ones, good and bad, of many lines and of one, many small
 * failures under large attributes, and what grows when it is decompressed. `good` are lines that the
 * function understands, as far as there are any.
 */
export function hostileMessages(good: readonly string[]): HostileMessage[] {
  const many = repeatTo(mostBytes * 0.99, mostLines, good);
  const junk = Buffer.from(`${"x".repeat(mostBytes / mostLines - 2)}\n`.repeat(mostLines));
  const object = Buffer.from(`{${"x".repeat(97)}\n`.repeat(1_000));
  return [
    { what: "10,000 lines that are no JSON", data: junk, attributes: {} },
    { what: "999 long lines that are no JSON", data: longLines(999), attributes: {} },
    { what: "one long line", data: Buffer.alloc(mostBytes, "x"), attributes: {} },
    { what: "one long text", data: quoted(mostBytes), attributes: {} },
    { what: "many small lists", data: lists(), attributes: {} },
    { what: "failures under large attributes", data: object, attributes: mostAttributes },
    { what: "a bomb", data: zstdCompressSync(Buffer.alloc(1e9, "{}\n")), attributes: zstd },
    { what: "as large as may be, compressed", data: zstdCompressSync(junk), attributes: zstd },
    ...(good.length === 0
      ? []
      : [
          { what: "10 MB of good lines", data: many, attributes: {} },
          { what: "the same, compressed", data: zstdCompressSync(many), attributes: zstd },
        ]),
  ];
}

function repeatTo(bytes: number, lines: number, good: readonly string[]): Buffer {
  const chosen: string[] = [];
  let size = 0;
  while (good.length > 0 && chosen.length < lines) {
    const line = good[chosen.length % good.length] ?? "";
    size += Buffer.byteLength(line) + 1;
    if (size > bytes) break;
    chosen.push(line);
  }
  return Buffer.from(chosen.join("\n"));
}

const longLines = (count: number) =>
  Buffer.from(`${"y".repeat(Math.floor(mostBytes / count) - 2)}\n`.repeat(count));

const quoted = (bytes: number) => Buffer.from(`"${"z".repeat(bytes - 2)}"`);

/** As many parts as a value may have, in the smallest space. */
const lists = () => Buffer.from(`[${Array.from({ length: 9_999 }, () => "[0,[]]").join(",")}]`);
