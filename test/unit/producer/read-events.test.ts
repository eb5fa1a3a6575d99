import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxEventBytes } from "../../producer/event-limits.ts";
import { checkFiles, readEvents } from "../../producer/read-events.ts";
import { createMemoryLanding } from "../../support/memory-landing.ts";

const realStream = "../shared/data/tweets/stream-2019-07-03.jsonl.gz";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-events-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Events as text; what is refused as `line: reason`. */
async function read(name: string, content: string | Buffer, topic = "tweets") {
  const path = await write(name, content);
  const events: string[] = [];
  const onRefused = (place: string, reason: string) => {
    expect(place).toContain(`${path}, line `);
    events.push(`${place.slice(`${path}, line `.length)}: ${reason}`);
  };
  for await (const event of readEvents([path], { topic, onRefused })) {
    events.push(event.toString("latin1"));
  }
  return events;
}

const tweet = '{"tweet" : {"id_str" : "1900000000000000001"}}';
const files: [string, string | Buffer, string[]][] = [
  ["lines.jsonl", '{"a":1}\r\n\n{"a":2}', ['{"a":1}', '{"a":2}']],
  ["LINES.JSONL.GZ", gzipSync('{"a":1}\n{"a":2}\n'), ['{"a":1}', '{"a":2}']],
  ["array.JSON", '[\n {"a":1},\n {"a":2}\n]\n', ['{"a":1}', '{"a":2}']],
  ["array.txt", gzipSync('\ufeff[{"a":1},{"a":2}]'), ['{"a":1}', '{"a":2}']],
  ["plain.json.gz", '{"a":1}', ['{"a":1}']],
  ["concatenated.json", '{"a":1}{"a":2}', ['{"a":1}', '{"a":2}']],
  ["pretty.jsonl", '{\n "a": 1\n}\n{\n "a": 2\n}\n', ['{  "a": 1 }', '{  "a": 2 }']],
  ["tweets.js", `window.YTD.tweets.part0 = [\n  ${tweet},\n  ${tweet}\n]`, [tweet, tweet]],
  ["TWEETS-PART1.JS", `window.YTD.tweets.part1 = [ ${tweet} ]\n`, [tweet]],
  ["tweet.js.gz", gzipSync(`window.YTD.tweet.part0 = [${tweet}]`), [tweet]],
  ["community-tweet.js", `window.YTD.community_tweet.part0 = [ ${tweet} ]`, [tweet]],
  [
    "2012_03.js",
    'Grailbird.data.tweets_2012_03 = \n [ {"id":1}, {"id":2} ]',
    ['{"id":1}', '{"id":2}'],
  ],
  ["2009_12.JS", 'Grailbird.data.tweets_2009_12 =\n[ {"id":1} ]', ['{"id":1}']],
  ["archive.json", `[${tweet}]`, [tweet]],
  ["UPPER.NDJSON", '{"a":1}\n{"a":2}', ['{"a":1}', '{"a":2}']],
  ["page.Json.Gz", gzipSync('[{"a":1}]'), ['{"a":1}']],
  ["no-extension", '[{"a":1},{"a":2}]', ['{"a":1}', '{"a":2}']],
  ["spaced.json", '{"a":1} {"a":2}\t{"a":3}', ['{"a":1}', '{"a":2}', '{"a":3}']],
  ["three.json.gz", gzipSync('{"a":1}{"a":2}{"a":3}\n'), ['{"a":1}', '{"a":2}', '{"a":3}']],
  ["pretty-concatenated.json", '{\n "a": 1\n}{\n "a": 2\n}', ['{  "a": 1 }', '{  "a": 2 }']],
  ["empty.jsonl", "", []],
  ["empty.json", " [ ] ", []],
  [
    "members.gz",
    Buffer.concat([gzipSync('{"a":1}\n{"a'), gzipSync('":2}\n')]),
    ['{"a":1}', '{"a":2}'],
  ],
];

describe("events of a file", () => {
  test.each(files)("%s are told by the content, as by an upload", async (name, content, events) => {
    expect(await read(name, content)).toEqual(events);
    const landing = createMemoryLanding();
    await landing.load(`landing/tweets/${name}`, content);
    expect(landing.rows("tweets")).toEqual(events);
  });

  test("are also what is none: those who read the topic judge it", async () => {
    expect(await read("bad.jsonl", '{"a":1}\noops\n{"b":\xff}\n7\n{\n "c": 1,,\n}\n')).toEqual([
      '{"a":1}',
      "oops",
      '{"b":\xc3\xbf}',
      "7",
      '{  "c": 1,, }',
    ]);
  });

  test("are lines of any text where the topic says nothing else", async () => {
    expect(await read("access.log", "GET /\nGET /a\n", "log-lines")).toEqual(["GET /", "GET /a"]);
    expect(await read("notes", "a\n\nb", "own-topic")).toEqual(["a", "b"]);
  });

  test("are rows of CSV where the topic takes it", async () => {
    const header = "C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS";
    const data = "A002,R051,02-00-00,59 ST,NQR456W,BMT,03/07/2020,03:00:00,REGULAR,1,2";
    const row =
      '{"ca":"A002","unit":"R051","scp":"02-00-00","station":"59 ST","linename":"NQR456W",' +
      '"division":"BMT","date":"03/07/2020","time":"03:00:00","desc":"REGULAR","entries":1,"exits":2}';
    const portal = "C/A,Unit,SCP,Station,Line Name,Division,Date,Time,Description,Entries,Exits";
    for (const content of [
      `${header}\r${data}`,
      `${header}\r${data}\r`,
      `\ufeff${header}\r${data}\r`,
      `${portal}\r${data}`,
      `${portal}\n${data}\n`,
      `${portal.toUpperCase()}\r\n${data}\r\n`,
      `${portal.toLowerCase()}\n${data}`,
      gzipSync(`${portal}\r${data}\r`),
    ]) {
      expect(await read("a.csv", content, "turnstiles")).toEqual([row]);
    }
    expect(await read("b.csv", `${header}\r${data}\r\r${data}`, "turnstiles")).toEqual([row, row]);
  });

  test("of several files come one after another", async () => {
    const paths = [await write("1.jsonl", '{"a":1}'), await write("2.json", '[{"a":2}]')];
    const events: string[] = [];
    for await (const event of readEvents(paths, { topic: "tweets" })) events.push(String(event));
    expect(events).toEqual(['{"a":1}', '{"a":2}']);
  });

  test("of 5 MB come whole; over the limit they are refused, and the next is whole", async () => {
    const long = `{"a":"${"x".repeat(5_000_000)}"}`;
    expect(await read("long.ndjson", `${long}\n{}\n`)).toEqual([long, "{}"]);
    const tooLong = "x".repeat(maxEventBytes);
    for (const content of [`{}\n{"a":"${tooLong}"}\n{}`, `[{},\n{"a":"${tooLong}"},{}]`]) {
      expect(await read("huge", content)).toEqual(["{}", "2: more than 9,500,000 bytes", "{}"]);
    }
  });

  test("of an array that is cut are told, and so is the cut", async () => {
    expect(await read("cut.json", '[{"a":1},\n{"a":2}')).toEqual([
      '{"a":1}',
      '{"a":2}',
      "2: the array is not closed",
    ]);
  });
});

describe("what holds no events", () => {
  test.each<[string, Buffer | string, string]>([
    ["a.bz2", "BZh91AY&SY\u0000", "the content is bzip2: unpack it first"],
    ["a.jsonl", "PK\u0003\u0004\u0014\u0000", "the content is a zip archive: unpack it first"],
    ["a.xz", Buffer.from("fd377a585a0000", "hex"), "the content is xz: unpack it first"],
    [
      "a.7z",
      Buffer.from("377abcaf271c0004", "hex"),
      "the content is a 7z archive: unpack it first",
    ],
    ["a.zst", Buffer.from("28b52ffd04", "hex"), "the content is Zstandard: unpack it first"],
    ["a.gz", gzipSync(gzipSync("{}")), "the content is gzip within gzip: unpack it first"],
    [
      "a.json",
      Buffer.from('\ufeff{"a":1}', "utf16le"),
      "the content is UTF-16: convert it to UTF-8",
    ],
    ["b.json", Buffer.from('{"a":1}\n', "utf16le"), "the content is UTF-16: convert it to UTF-8"],
    [
      "c.jsonl",
      Buffer.from('\ufeff{"a":1}\n{"a":2}\n', "utf16le").swap16(),
      "the content is UTF-16: convert it to UTF-8",
    ],
    ["b.jsonl", gzipSync("BZh91AY&SY\u0000"), "the content is bzip2: unpack it first"],
    ["empty.zip", "PK\u0005\u0006\u0000\u0000", "the content is a zip archive: unpack it first"],
    [
      "direct-messages.js",
      "window.YTD.direct_messages.part0 = [ {",
      "the content is the part direct_messages of an account archive: tweets.js holds the posts",
    ],
    [
      "follower.js",
      gzipSync("window.YTD.follower.part0 = [ {"),
      "the content is the part follower of an account archive: tweets.js holds the posts",
    ],
    [
      "like.js",
      "window.YTD.like.part0 = [ {",
      "the content is the part like of an account archive: tweets.js holds the posts",
    ],
    ["a.html", "<!DOCTYPE html>\n<html>", "the content is no JSON, and tweets takes nothing else"],
    ["cut.gz", gzipSync("{}").subarray(0, -4), "the gzip content is cut short"],
  ])("%s is refused before anything is published", async (name, content, message) => {
    const good = await write("good.jsonl", "{}\n");
    const bad = await write(name, content);
    const check = checkFiles([good, bad], "tweets");
    await expect(check).rejects.toThrow(`cannot read ${bad}: ${message}`);
    await expect(check).rejects.toMatchObject({ name: "UserError" });
    await expect(read(name, content)).rejects.toThrow(message);
  });

  test("is none of these", async () => {
    const paths = [];
    for (const [name, content] of files) paths.push(await write(name, content));
    await checkFiles([...paths, "-"], "tweets");
  });
});

test("gzip that is cut fails with the name of the file, after the events before", async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `{"id":${index * 7919}}\n`).join("");
  const packed = gzipSync(lines);
  const path = await write("cut.jsonl.gz", packed.subarray(0, packed.length - 20));
  let count = 0;

  const reading = (async () => {
    for await (const _ of readEvents([path], { topic: "tweets" })) count += 1;
  })();

  await expect(reading).rejects.toThrow(
    /cannot read .*cut\.jsonl\.gz: the gzip content is cut short/,
  );
  expect(count).toBeGreaterThan(10_000);
});

test("onRead hears the bytes of the file as it is packed", async () => {
  const path = await write("counted.jsonl.gz", gzipSync("{}\n".repeat(100_000)));
  let bytesRead = 0;
  const onRead = (bytes: number) => {
    bytesRead += bytes;
  };

  for await (const _ of readEvents([path], { topic: "tweets", onRead }));

  expect(bytesRead).toBe((await stat(path)).size);
});

test("a file that is not there rejects with its name", async () => {
  const events = readEvents([join(folder, "absent.jsonl")], { topic: "tweets" });
  await expect(events.next()).rejects.toThrow(/absent\.jsonl/);
});

test.skipIf(!existsSync(realStream))(
  "a real stream comes whole (skipped where absent)",
  async () => {
    let events = 0;
    let bytesRead = 0;
    let unended = 0;
    for await (const event of readEvents([realStream], { topic: "tweets" })) {
      events += 1;
      bytesRead += event.length;
      if (event[0] !== 0x7b || event.at(-1) !== 0x7d) unended += 1;
    }

    expect(events).toBe(52_320);
    expect(unended).toBe(0);
    expect(bytesRead).toBeGreaterThan(70_000_000);
  },
);
