import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../functions/count-words/config.ts";
import { createHandler } from "../../../../functions/count-words/handler.ts";
import { wordCounts } from "../../../../shared/streams/word-counts.ts";
import { messagePublished } from "../../../support/deliveries.ts";
import { createMemoryLake } from "../../../support/memory-lake.ts";

/** The handler on a lake in memory. */
function createCounter(
  variables: Record<string, string> = {},
  options: Parameters<typeof createMemoryLake>[0] = {},
) {
  const lake = createMemoryLake(options);
  const config = parseConfig({ GOOGLE_CLOUD_PROJECT: "demo", ...variables });
  const handle = createHandler({ ...lake.dependencies, config });
  return {
    ...lake,
    handle,
    drop: (name: string, bytes: string | Uint8Array) => handle(lake.put(name, bytes)),
  };
}

const reading = {
  id: "text:a%20b.txt",
  event_time: "2026-01-02T03:04:05.678Z",
  document: "a b.txt",
  revision: "0mjwaidke.01",
};

describe("a text", () => {
  test.each([1, 65_536])("is one event for each word, read in chunks of %i", async (chunkBytes) => {
    const counter = createCounter({}, { chunkBytes });
    await counter.drop("landing/texts/a b.txt", "\ufeffDéjà vu, DÉJÀ!\n");
    expect(counter.linesOn("word-counts")).toEqual([
      { ...reading, word: "déjà", occurrences: 2 },
      { ...reading, word: "vu", occurrences: 1 },
    ]);
    expect(counter.failed()).toEqual([]);
    for (const event of counter.linesOn("word-counts")) {
      expect(wordCounts.event.safeParse(event).success).toBe(true);
    }
  });

  test("of letters that are cut anywhere", async () => {
    const counter = createCounter({}, { chunkBytes: 3 });
    await counter.drop("landing/texts/a b.txt", "déjà ".repeat(2_000));
    expect(counter.linesOn("word-counts")).toEqual([
      { ...reading, word: "déjà", occurrences: 2_000 },
    ]);
  });

  test("is the same document as gzip", async () => {
    const counter = createCounter();
    await counter.drop("landing/texts/a b.txt.gz", gzipSync("vu"));
    expect(counter.linesOn("word-counts")).toEqual([{ ...reading, word: "vu", occurrences: 1 }]);
  });

  test("without words is an event without one, which withdraws older readings", async () => {
    const counter = createCounter();
    await counter.drop("landing/texts/a b.txt", " … ");
    expect(counter.linesOn("word-counts")).toEqual([{ ...reading, occurrences: 0 }]);
  });

  test("with a name of any letters and length has an identity", async () => {
    const counter = createCounter();
    await counter.drop(`landing/texts/${"é".repeat(400)}.txt`, "vu");
    await counter.drop("landing/texts/x/\ud800 é\u3000#?%2F&.txt", "vu");
    for (const event of counter.linesOn("word-counts")) {
      expect(wordCounts.event.safeParse(event).error).toBeUndefined();
    }
  });

  test("is acknowledged only when its counts are safe", async () => {
    const counter = createCounter({}, { fails: () => true });
    const dropped = counter.drop("landing/texts/a.txt", "vu");
    await expect(dropped).rejects.toThrow("unavailable");
    expect(counter.logged).toEqual([]);
  });

  test("is told by its generation, never by its name or words", async () => {
    const counter = createCounter();
    await counter.drop("landing/texts/secret.txt", "hush hush");
    const told = { generation: "1700000000000001", bytes: 9, words: 1, overlong: 0, damaged: 0 };
    expect(counter.logged).toEqual([{ severity: "INFO", counts: told, message: "taken" }]);
  });
});

describe("what cannot be counted is a failed event", () => {
  test.each([
    ["a zip archive", "PK\u0003\u0004…", "unsupported-format", "a zip archive: unpack it first"],
    ["UTF-16", Buffer.from("\ufeffvu", "utf16le"), "unsupported-format", "UTF-16: convert it"],
    ["UTF-16 without a mark", Buffer.from("Hello", "utf16le"), "unsupported-format", "UTF-16"],
    ["a PDF", "%PDF-1.7", "unsupported-format", "PDF: it is no text"],
    ["Latin-1", Buffer.from("déjà vu ", "latin1"), "invalid-utf8", "convert it to UTF-8 first"],
    ["cut gzip", gzipSync("vu vu vu").subarray(0, -3), "truncated-object", "cut short"],
    ["damaged gzip", Buffer.of(0x1f, 0x8b, 9, 9, 9, 9, 9, 9), "corrupt-object", "damaged"],
    ["a bomb", gzipSync(Buffer.alloc(9 * 1024 ** 2, "a")), "decompression-bomb", "250 times"],
  ])("%s", async (_what, bytes, reason, message) => {
    const counter = createCounter();
    await counter.drop("landing/texts/a.txt", bytes);
    expect(counter.linesOn("word-counts")).toEqual([]);
    const [failed, ...others] = counter.failed();
    expect(others).toEqual([]);
    expect(failed).toMatchObject({
      stage: "count-words",
      reason,
      source_topic: "object-finalized",
      position: "object",
    });
    expect(failed?.issues[0]?.message).toContain(message);
    expect(JSON.parse(Buffer.from(failed?.original ?? "", "base64").toString())).toMatchObject({
      name: "landing/texts/a.txt",
      generation: "1700000000000001",
    });
  });

  test.each([
    ["a text", "vu vu vu"],
    ["the same as gzip", gzipSync("vu vu vu")],
  ])("%s that is larger than it may be", async (_what, bytes) => {
    const counter = createCounter({ MAX_CONTENT_BYTES: "7" });
    await counter.drop("landing/texts/a.txt", bytes);
    expect(counter.failed()).toMatchObject([
      { reason: "object-too-large", issues: [{ message: "more than 7 bytes" }] },
    ]);
  });

  test("some of a text: the rest is counted", async () => {
    const counter = createCounter();
    const bytes = Buffer.from(`${"vu ".repeat(40)}d\u00e9j\u00e0 ${"x".repeat(300)}`, "latin1");
    await counter.drop("landing/texts/a.txt", bytes);
    expect(counter.linesOn("word-counts")).toMatchObject([{ word: "vu", occurrences: 40 }]);
    expect(counter.failed()).toMatchObject([
      {
        reason: "invalid-utf8",
        issues: [
          { message: "not counted: 1 places that are no UTF-8, with the letters around them" },
          { message: "not counted: 1 runs of letters that are longer than any word" },
        ],
      },
    ]);
  });
});

describe("nothing is taken of", () => {
  test.each([
    "landing/tweets/a.jsonl",
    "landing/texts/",
    "landing/texts/folder/",
    "landing/texts.txt",
    "archive/landing/texts/a.txt",
  ])("%s", async (name) => {
    const counter = createCounter();
    await counter.drop(name, "vu");
    expect(counter.linesOn("word-counts")).toEqual([]);
    expect(counter.logged).toMatchObject([{ counts: { reason: "other-folder" } }]);
  });

  test("another bucket, when it is told its own", async () => {
    const counter = createCounter({ LANDING_BUCKET: "lake" });
    await counter.handle(counter.put("landing/texts/a.txt", "vu", "pond"));
    expect(counter.logged).toMatchObject([{ counts: { reason: "other-bucket" } }]);
  });

  test("an object that is gone", async () => {
    const counter = createCounter();
    const event = counter.put("landing/texts/a.txt", "vu");
    counter.remove("landing/texts/a.txt");
    await counter.handle(event);
    expect(counter.logged).toMatchObject([
      { severity: "WARNING", counts: { reason: "object-gone" } },
    ]);
  });

  test("a message that is no notification, which load-object keeps", async () => {
    const counter = createCounter();
    await counter.handle(messagePublished("{}", "object-finalized"));
    expect(counter.failed()).toEqual([]);
    expect(counter.logged).toMatchObject([{ counts: { reason: "no-notification" } }]);
  });
});
