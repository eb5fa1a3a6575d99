import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxEventBytes } from "../../producer/event-limits.ts";
import { readEvents } from "../../producer/read-events.ts";
import { splitJsonValues } from "../../producer/split-json-values.ts";
import { splitLines } from "../../producer/split-lines.ts";

const realStream = "../shared/data/tweets/stream-2019-07-03.jsonl.gz";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-events-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function readFileNamed(name: string, content: string | Buffer) {
  const path = join(folder, name);
  await writeFile(path, content);
  const events: { line: number; text: string }[] = [];
  for await (const { line, bytes } of readEvents(path)) {
    events.push({ line, text: bytes.toString("latin1") });
  }
  return events;
}

async function* inChunks(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += size) {
    yield Buffer.from(content.subarray(start, start + size));
  }
}

async function collect(events: AsyncIterable<{ line: number; bytes: Buffer }>) {
  const texts: string[] = [];
  for await (const { bytes } of events) texts.push(bytes.toString());
  return texts;
}

describe("lines", () => {
  test.each([
    { name: "no line end at the end", content: "a\nb", events: ["1:a", "2:b"] },
    { name: "a line end at the end", content: "a\nb\n", events: ["1:a", "2:b"] },
    { name: "CRLF", content: "a\r\nb\r\n\r\nc\r\n", events: ["1:a", "2:b", "4:c"] },
    { name: "blank lines", content: "\n\n  \t\na\n\n\nb\n", events: ["4:a", "7:b"] },
    { name: "spaces kept", content: "  a \n", events: ["1:  a "] },
    { name: "an empty file", content: "", events: [] },
    { name: "what is no JSON", content: "{oops\n]\n", events: ["1:{oops", "2:]"] },
    { name: "a byte order mark", content: "\xef\xbb\xbfa\n", events: ["1:\xef\xbb\xbfa"] },
    {
      name: "bytes that are no UTF-8",
      content: "\xff\xfe\n\xc3\n",
      events: ["1:\xff\xfe", "2:\xc3"],
    },
    { name: "a carriage return inside", content: "a\rb\n", events: ["1:a\rb"] },
  ])("$name", async ({ content, events }) => {
    const read = await readFileNamed("lines.jsonl", Buffer.from(content, "latin1"));

    expect(read.map(({ line, text }) => `${line}:${text}`)).toEqual(events);
  });

  test("any other name holds lines, too", async () => {
    expect(await readFileNamed("access.log", "GET /\nGET /a\n")).toEqual([
      { line: 1, text: "GET /" },
      { line: 2, text: "GET /a" },
    ]);
  });

  test("are the same wherever the chunks end", async () => {
    const content = Buffer.from('{"a":"é😀"}\r\n\n{"b":1}\r\nlast');
    for (let size = 1; size <= content.length; size += 1) {
      expect(await collect(splitLines(inChunks(content, size)))).toEqual([
        '{"a":"é😀"}',
        '{"b":1}',
        "last",
      ]);
    }
  });

  test("of 5 MB come whole", async () => {
    const long = `"${"x".repeat(5_000_000)}"`;

    const read = await readFileNamed("long.ndjson", `1\n${long}\n2\n`);

    expect(read.map(({ text }) => text.length)).toEqual([1, 5_000_002, 1]);
    expect(read[1]?.text).toBe(long);
  });

  test("over the limit are cut one byte behind it, and the next line is whole", async () => {
    const read = await readFileNamed("huge.jsonl", `${"x".repeat(12_000_000)}\nnext\n`);

    expect(read.map(({ line, text }) => [line, text.length])).toEqual([
      [1, maxEventBytes + 1],
      [2, 4],
    ]);
  });
});

describe("gzip", () => {
  test("of several members is one text, also where a line spans two", async () => {
    const members = [gzipSync("a\nb"), gzipSync("c\n"), gzipSync(""), gzipSync("d\n")];

    const read = await readFileNamed("members.jsonl.gz", Buffer.concat(members));

    expect(read.map(({ text }) => text)).toEqual(["a", "bc", "d"]);
  });

  test("of an array is unpacked first", async () => {
    const read = await readFileNamed("array.json.gz", gzipSync('[{"a":1},{"b":2}]'));

    expect(read.map(({ text }) => text)).toEqual(['{"a":1}', '{"b":2}']);
  });

  test("that is cut fails with the name of the file, after the events before", async () => {
    const path = join(folder, "cut.jsonl.gz");
    const lines = Array.from({ length: 50_000 }, (_, index) => `${index * 7919}\n`).join("");
    const packed = gzipSync(lines);
    await writeFile(path, packed.subarray(0, packed.length - 20));
    let count = 0;

    const reading = (async () => {
      for await (const _ of readEvents(path)) count += 1;
    })();

    await expect(reading).rejects.toThrow(/cannot read .*cut\.jsonl\.gz: unexpected end of file/);
    expect(count).toBeGreaterThan(10_000);
  });

  test("that is none fails", async () => {
    await expect(readFileNamed("not.jsonl.gz", "plain\n")).rejects.toThrow(
      /incorrect header check/,
    );
  });
});

describe("JSON files", () => {
  test.each([
    { name: "one object", content: '{"a":1}', events: ['1:{"a":1}'] },
    {
      name: "an object over several lines becomes one line",
      content: '\n{\n  "a": 1\r\n}\n',
      events: ['2:{   "a": 1  }'],
    },
    { name: "an array", content: '[{"a":1},{"b":[1,2]}]', events: ['1:{"a":1}', '1:{"b":[1,2]}'] },
    {
      name: "an array over several lines",
      content: '[\n  {"a":1},\n  {"b":2}\n]\n',
      events: ['2:{"a":1}', '3:{"b":2}'],
    },
    { name: "an empty array", content: " [ ] ", events: [] },
    { name: "arrays in an array", content: "[[1,[2]],[3]]", events: ["1:[1,[2]]", "1:[3]"] },
    { name: "scalars", content: '[1, "a,]", null]', events: ["1:1", '1:"a,]"', "1:null"] },
    {
      name: "objects one after another",
      content: '{"a":1}{"b":2}\n{"c":3}',
      events: ['1:{"a":1}', '1:{"b":2}', '2:{"c":3}'],
    },
    {
      name: "scalars one after another",
      content: '1 2\n"x"{}',
      events: ["1:1", "1:2", '2:"x"', "2:{}"],
    },
    {
      name: "brackets, quotes and escapes in strings",
      content: String.raw`[{"a":"]}\"\\"},{"b":"[{,"}]`,
      events: [String.raw`1:{"a":"]}\"\\"}`, '1:{"b":"[{,"}'],
    },
    { name: "a byte order mark", content: "\xef\xbb\xbf[1]", events: ["1:1"] },
    { name: "an array that is cut", content: '[{"a":1},{"b":', events: ['1:{"a":1}', '1:{"b":'] },
    { name: "what is no JSON", content: "oops ]", events: ["1:oops", "1:]"] },
  ])("$name", async ({ content, events }) => {
    const read = await readFileNamed("values.json", Buffer.from(content, "latin1"));

    expect(read.map(({ line, text }) => `${line}:${text}`)).toEqual(events);
  });

  test("come apart into the same values however written and wherever chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.constantFrom(undefined, 1, "\t"),
        fc.integer({ min: 1, max: 40 }),
        async (values, indent, size) => {
          const content = Buffer.from(JSON.stringify(values, null, indent));

          const texts = await collect(splitJsonValues(inChunks(content, size)));

          expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
          expect(texts.filter((text) => text.includes("\n"))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("give the first element of an array before the rest is read", async () => {
    let chunksRead = 0;
    async function* endlessArray() {
      yield Buffer.from("[");
      for (;;) {
        chunksRead += 1;
        yield Buffer.from(`{"chunk":${chunksRead}},`);
      }
    }

    const elements = splitJsonValues(endlessArray());
    const first = await elements.next();
    const second = await elements.next();

    expect(String(first.value?.bytes)).toBe('{"chunk":1}');
    expect(String(second.value?.bytes)).toBe('{"chunk":2}');
    expect(chunksRead).toBeLessThanOrEqual(3);
  });

  test("cut an element over the limit and go on", async () => {
    const content = `["${"x".repeat(11_000_000)}",2]`;

    const read = await readFileNamed("huge.json", content);

    expect(read.map(({ text }) => text.length)).toEqual([maxEventBytes + 1, 1]);
  });
});

test("onRead hears the bytes of the file as it is packed", async () => {
  const path = join(folder, "counted.jsonl.gz");
  await writeFile(path, gzipSync("a\n".repeat(100_000)));
  let bytesRead = 0;

  for await (const _ of readEvents(path, (bytes) => (bytesRead += bytes)));

  expect(bytesRead).toBe((await stat(path)).size);
});

test("a file that is not there rejects with its name", async () => {
  await expect(readEvents(join(folder, "absent.jsonl")).next()).rejects.toThrow(/absent\.jsonl/);
});

test.skipIf(!existsSync(realStream))(
  "a real stream comes whole (skipped where absent)",
  async () => {
    let events = 0;
    let bytesRead = 0;
    let unended = 0;
    for await (const { bytes } of readEvents(realStream)) {
      events += 1;
      bytesRead += bytes.length;
      if (bytes[0] !== 0x7b || bytes.at(-1) !== 0x7d) unended += 1;
    }

    expect(events).toBe(52_320);
    expect(unended).toBe(0);
    expect(bytesRead).toBeGreaterThan(70_000_000);
  },
);
