import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { chooseFormat, isEnough } from "../../../../functions/load-object/choose-format.ts";
import { parseConfig } from "../../../../functions/load-object/config.ts";
import type { LandingTopic } from "../../../../functions/load-object/landing-topic.ts";
import { limitInFlight } from "../../../../functions/load-object/limit-in-flight.ts";
import { reportNameOf } from "../../../../functions/load-object/name-object.ts";
import { type PackedRows, packRows } from "../../../../functions/load-object/pack-rows.ts";
import { readLandingPath } from "../../../../functions/load-object/read-landing-path.ts";
import { turnstileCsv } from "../../../../functions/load-object/turnstile-csv.ts";

describe("packing", () => {
  const pack = (rows: readonly [string, number][]): PackedRows[] => {
    const packer = packRows();
    const packs = rows.flatMap(([text, index]) => packer.add(Buffer.from(text), index) ?? []);
    const last = packer.flush();
    expect(packer.flush()).toBeUndefined();
    return last === undefined ? packs : [...packs, last];
  };
  const shapes = (packs: PackedRows[]) =>
    packs.map(({ events, records }) => `${events}: ${records}`);

  test("joins rows in order and names their records", () => {
    const [only] = pack([
      ["a", 0],
      ["bc", 1],
      ["d", 3],
    ]);
    expect(only).toEqual({ data: Buffer.from("a\nbc\nd"), events: 3, records: "0-1,3" });
    expect(pack([])).toEqual([]);
  });

  test("closes a message at 500 rows", () => {
    const rows = Array.from({ length: 1_001 }, (_, index): [string, number] => ["x", index]);
    expect(shapes(pack(rows))).toEqual(["500: 0-499", "500: 500-999", "1: 1000"]);
  });

  test("closes a message before a row that makes it larger than 1 MB; a larger row goes alone", () => {
    const large = "x".repeat(499_999);
    const packs = pack([
      [large, 0],
      [large, 1],
      ["y", 2],
      ["z".repeat(2_000_000), 3],
      ["y", 4],
    ]);
    expect(shapes(packs)).toEqual(["2: 0-1", "1: 2", "1: 3", "1: 4"]);
    expect(packs[0]?.data.length).toBe(999_999);
  });

  test("keeps the names of the records within an attribute of 1,024 bytes", () => {
    const start = 10 ** 12;
    const rows = Array.from({ length: 400 }, (_, n): [string, number] => ["x", start + 3 * n]);
    const packs = pack(rows);
    expect(packs.length).toBeGreaterThan(1);
    for (const { records } of packs) expect(records.length).toBeLessThanOrEqual(1_024);
    expect(packs.flatMap(({ records }) => records.split(","))).toEqual(
      rows.map(([, index]) => String(index)),
    );
  });
});

describe("what is in flight", () => {
  test("is bounded in bytes", async () => {
    const inFlight = limitInFlight(100);
    const open: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => open.push(resolve));
    await inFlight.send(60, work);
    await inFlight.send(40, work);
    let isSent = false;
    const third = inFlight.send(10, work).then(() => {
      isSent = true;
    });
    await delay(5);
    expect([open.length, isSent]).toEqual([2, false]);
    open[1]?.();
    await third;
    expect(open).toHaveLength(3);
  });

  test("may be one message that is larger", async () => {
    const inFlight = limitInFlight(100);
    await inFlight.send(1_000, async () => undefined);
    await inFlight.send(1_000, async () => undefined);
    await inFlight.drain();
  });

  test("fails those after a failure, and the drain, but only when all is settled", async () => {
    const inFlight = limitInFlight(100);
    let isLastDone = false;
    await inFlight.send(10, async () => {
      await delay(10);
      isLastDone = true;
    });
    await inFlight.send(10, async () => {
      throw new Error("topic not found");
    });
    await delay(1);
    await expect(inFlight.send(10, async () => undefined)).rejects.toThrow("publishing failed");
    await expect(inFlight.drain()).rejects.toMatchObject({ cause: new Error("topic not found") });
    expect(isLastDone).toBe(true);
  });
});

describe("a landing path", () => {
  const allowed = ["tweets", "turnstiles"];
  test.each<[string, string]>([
    ["landing/tweets/a.jsonl", "tweets"],
    ["landing/tweets/2026/11/a.jsonl", "tweets"],
    ["landing/turnstiles//a", "turnstiles"],
  ])("%s leads to %s", (path, topic) => {
    expect(readLandingPath(path, allowed)).toMatchObject({ topic: { name: topic } });
  });

  test.each<[string, string]>([
    ["reports/landing/tweets/a.1.report.json", "not-in-landing"],
    ["Landing/tweets/a", "not-in-landing"],
    ["/landing/tweets/a", "not-in-landing"],
    ["landing/tweets", "not-in-landing"],
    ["landing", "not-in-landing"],
    ["landing/tweets/", "folder"],
    ["landing/tweets/2026/", "folder"],
    ["landing/failed-events/a", "topic-not-allowed"],
    ["landing/log-lines/a", "topic-not-allowed"],
    ["landing/../tweets/a", "topic-not-allowed"],
    ["landing//a", "topic-not-allowed"],
  ])("%s leads nowhere: %s", (path, reason) => {
    expect(readLandingPath(path, allowed)).toEqual({ ignored: reason });
  });
});

describe("names", () => {
  const object = (name: string) => ({ bucket: "lake", name, generation: "17" });

  test("tell one generation of an object", () => {
    expect(reportNameOf(object("landing/tweets/a"), "loaded")).toBe(
      "reports/landing/tweets/a.17.report.json",
    );
    expect(reportNameOf(object("landing/tweets/a"), "failed")).toBe(
      "reports/landing/tweets/a.17.failed.json",
    );
  });

  test("that are too long are hashed, and still differ", () => {
    const [long, other] = ["é".repeat(511), `${"é".repeat(510)}ee`].map(object);
    if (long === undefined || other === undefined) throw new Error("two objects");
    expect(reportNameOf(long, "loaded")).toMatch(
      /^reports\/sha256-[0-9a-f]{64}\.17\.report\.json$/,
    );
    expect(reportNameOf(long, "loaded")).not.toBe(reportNameOf(other, "loaded"));
  });
});

describe("a format", () => {
  const plain: LandingTopic = { name: "tweets" };
  const withText: LandingTopic = { name: "log-lines", takesText: true };
  const withCsv: LandingTopic = { name: "turnstiles", csv: turnstileCsv };
  const mark = "\ufeff";
  const lf = "\n";

  test.each<[string, LandingTopic, string, number, string]>([
    ['{"a":1}', plain, "ndjson", 0, lf],
    ['{"a":1}', withCsv, "ndjson", 0, lf],
    [' \r\n[{"a":1}]', plain, "json-array", 0, lf],
    ["[1]", withCsv, "json-array", 0, lf],
    [`${mark}[1]`, plain, "json-array", 3, lf],
    [`${mark}CA,UNIT`, withCsv, "csv", 3, lf],
    ["CA,UNIT", withCsv, "csv", 0, lf],
    ["CA,UNIT\r\nA002,R051\r\n", withCsv, "csv", 0, lf],
    ["CA,UNIT\rA002,R051\r", withCsv, "csv", 0, "\r"],
    ["hello\n{", plain, "ndjson", 0, lf],
    ["hello", withText, "text", 0, lf],
    [`${mark}hello = {`, withText, "text", 3, lf],
    ['{"a":1}', withText, "ndjson", 0, lf],
    ["[1]", withText, "json-array", 0, lf],
    [" ", withText, "ndjson", 0, lf],
    ["", plain, "ndjson", 0, lf],
    ["  \n", withCsv, "ndjson", 0, lf],
    ["window.YTD.tweets.part0 = [", plain, "json-array", 26, lf],
    ["window.YTD.tweet.part12=[", plain, "json-array", 24, lf],
    [`${mark}window.YTD.community_tweet.part0 = [ ]`, plain, "json-array", 38, lf],
    ["Grailbird.data.tweets_2012_03 = \n [ {", plain, "json-array", 34, lf],
    ["a\rb\r", withText, "text", 0, "\r"],
    ["a\rb\n", withText, "text", 0, lf],
    ["a\r", withText, "text", 0, lf],
    // The line feed behind it is not seen yet.
    [`${"x".repeat(7_999)}\r\nb`, withText, "text", 0, lf],
  ])("of %j for %o", (head, topic, format, skip, lineEnd) => {
    expect(chooseFormat(Buffer.from(head), topic)).toEqual({ format, skip, lineEnd });
  });

  test.each<[Buffer, string]>([
    [Buffer.from("\ufeff{}", "utf16le"), "UTF-16: convert it to UTF-8 first"],
    [Buffer.of(0xfe, 0xff, 0, 0x7b), "UTF-16"],
    [Buffer.of(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0), "UTF-32"],
    [Buffer.from('{"a":1}\n', "utf16le"), "UTF-16"],
    [Buffer.from('{"a":1}\n', "utf16le").swap16(), "UTF-16"],
    [Buffer.from('{"a":1}\n'.repeat(5), "utf16le"), "UTF-16"],
    [
      Buffer.of(0x1f, 0x8b, 8, 0),
      "gzip within gzip: unpack it first, or pack it with gzip instead",
    ],
    [Buffer.from("PK\u0003\u0004..."), "a zip archive"],
    [Buffer.from("PK\u0005\u0006"), "a zip archive"],
    [Buffer.from("BZh91AY"), "bzip2"],
    [Buffer.from("\xfd7zXZ\0", "latin1"), "xz"],
    [Buffer.from("7z\xbc\xaf\x27\x1c", "latin1"), "a 7z archive"],
    [Buffer.from("Rar!\x1a\x07"), "a RAR archive"],
    [Buffer.of(0x28, 0xb5, 0x2f, 0xfd), "Zstandard"],
    [Buffer.from("PAR1"), "Parquet: export it as lines of JSON first"],
    [Buffer.from(`${"x".repeat(7_600)}${"\0\u0001".repeat(200)}`), "binary"],
    [Buffer.from("a,b\n1,2\n"), "no JSON, and tweets takes nothing else"],
    [Buffer.from("<!DOCTYPE html>\n<title>404</title>"), "no JSON"],
    [Buffer.from("module.exports = [ {"), "JavaScript"],
    [Buffer.from("var tweet_index = [\n{"), "JavaScript"],
    [Buffer.from("window.YTD.like.part0 = [ {"), "the part like of an account archive"],
    [Buffer.from("window.YTD.direct_messages.part0 = [ ]"), "the part direct_messages"],
    [Buffer.from("window.YTD.deleted_tweets.part0 = [ {"), "the part deleted_tweets"],
    [Buffer.from("window.YTD.tweet_headers.part0 = [ {"), "tweets.js holds the posts"],
  ])("of %j is none that can be read: %s", (head, what) => {
    expect(() => chooseFormat(head, plain)).toThrow(what);
    expect(() => chooseFormat(head, plain)).toThrow(/^the content is /);
  });

  test("is text whatever comes after its beginning", () => {
    const head = Buffer.from(`{${"x".repeat(7_999)}${"\0".repeat(8_000)}`);
    expect(chooseFormat(head, plain)).toMatchObject({ format: "ndjson" });
    const line = Buffer.from(`{}\n${"\0".repeat(9_000)}`);
    expect(chooseFormat(line, plain)).toMatchObject({ format: "ndjson" });
  });

  test("shows with the first line of JSON, else with enough that is no space", () => {
    expect(isEnough(Buffer.from(' \n{"a":1}\n'), plain)).toBe(true);
    expect(isEnough(Buffer.from('{"a":1}'), plain)).toBe(false);
    expect(isEnough(Buffer.from("hello\n"), plain)).toBe(false);
    expect(isEnough(Buffer.from("hello\n"), withText)).toBe(true);
    expect(isEnough(Buffer.from("x".repeat(7_999)), plain)).toBe(false);
    expect(isEnough(Buffer.from("x".repeat(8_000)), plain)).toBe(true);
    expect(isEnough(Buffer.from(" ".repeat(10_000)), plain)).toBe(false);
    expect(isEnough(Buffer.from(`${mark}${" ".repeat(10_000)}`), plain)).toBe(false);
    expect(isEnough(Buffer.from(" ".repeat(100_000)), plain)).toBe(true);
  });
});

describe("configuration", () => {
  test("has defaults for all but the project", () => {
    expect(parseConfig({ GOOGLE_CLOUD_PROJECT: "demo" })).toEqual({
      projectId: "demo",
      topicPrefix: "",
      landingBucket: undefined,
      landingTopics: ["tweets", "turnstiles", "log-lines"],
      limits: { lineBytes: 9_990_000, contentBytes: 17_179_869_184, ratio: 250 },
      functionVersion: "unknown",
      logLevel: "info",
    });
  });

  test("names what is malformed, never its value", () => {
    const parse = () =>
      parseConfig({ LANDING_TOPICS: "tweets,../secret", MAX_CONTENT_BYTES: "plenty" });
    expect(parse).toThrow(/GOOGLE_CLOUD_PROJECT.*LANDING_TOPICS.*MAX_CONTENT_BYTES/);
    expect(parse).not.toThrow(/secret|plenty/);
  });

  test("takes no topic to which it may not publish", () => {
    const variables = { GOOGLE_CLOUD_PROJECT: "demo", LANDING_TOPICS: "tweets,url-mentions" };
    expect(() => parseConfig(variables)).toThrow("must be under publishes in function.json");
  });

  test("lists topics", () => {
    const variables = { GOOGLE_CLOUD_PROJECT: "demo", LANDING_TOPICS: "tweets, log-lines" };
    expect(parseConfig(variables).landingTopics).toEqual(["tweets", "log-lines"]);
  });
});
