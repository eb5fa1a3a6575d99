import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { queryIgnored, querySummary } from "../demo/query-summary.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const generated = Array.from(
  generateTweets({ count: 4_000, seed: 7, endingAt: new Date("2026-01-02T03:04:05Z") }),
  ({ json }) => json,
);

/** Hour → distinct tweets not deleted, by code of its own: text of `created_at`, sets of ids. */
function tweetsByCreation(lines: readonly string[]): Record<string, number> {
  const months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const tweetLine = z.object({ id_str: z.string(), created_at: z.string() });
  const deletes = lines.map(
    (line) => /^\{"delete":\{"status":\{.*?"id_str":"(\d+)"/.exec(line)?.[1],
  );
  const ids = new Map<string, Set<string>>();
  for (const line of lines) {
    const parsed = tweetLine.safeParse(JSON.parse(line));
    if (!parsed.success || deletes.includes(parsed.data.id_str)) continue;
    const [, month = "", day, time = "", , year] = parsed.data.created_at.split(" ");
    const number = String(months.indexOf(month) / 3 + 1).padStart(2, "0");
    const hour = `${year}-${number}-${day}T${time.slice(0, 2)}:00:00Z`;
    ids.set(hour, (ids.get(hour) ?? new Set()).add(parsed.data.id_str));
  }
  return Object.fromEntries([...ids].map(([hour, set]) => [hour, set.size]));
}

const tweetsByHour = (cloud: TestCloud) =>
  cloud.query(`SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:00:00Z', event_time) AS hour, COUNT(*) AS n
    FROM hourtally.posts_latest GROUP BY hour`);

/** What the exact view must hold of the generated lines, in calm and in every storm. */
let view: string[];

describe("one cloud", () => {
  let cloud: TestCloud;

  beforeAll(async () => {
    cloud = await startTestCloud();
  }, 60_000);
  afterAll(() => cloud.stop());

  test("counts generated tweets by the hour they happened in", async () => {
    const totals = await cloud.count(generated, 100);
    expect(totals).toMatchObject({ lines: 4_000, received: 4_000, failed: 0 });
    expect(totals.tweets + totals.duplicates + totals.deletes + totals.ignored).toBe(4_000);
    const rows = z
      .array(z.object({ hour: z.string(), n: z.coerce.number() }))
      .parse(await tweetsByHour(cloud));
    expect(Object.fromEntries(rows.map(({ hour, n }) => [hour, n]))).toEqual(
      tweetsByCreation(generated),
    );
    view = await cloud.urlHours();
    expect(view.length).toBeGreaterThan(100);
  }, 60_000);

  test("counts nothing twice when everything comes again, otherwise packed", async () => {
    const totals = await cloud.count(generated.toReversed(), 7);
    expect(totals).toMatchObject({ lines: 8_000, received: 8_000, failed: 0 });
    expect(await cloud.urlHours()).toEqual(view);
  }, 60_000);

  test("keeps bad input in failed_events, counts its neighbours, and no process ends", async () => {
    const good = generated[0] ?? "";
    const topic = cloud.pubSub.topic("tweets");
    await topic.publishMessage({ data: Buffer.from(`${good}\noops\n${good}`) });
    await topic.publishMessage({ data: Buffer.from([0xff, 0xfe]) });
    await topic.publishMessage({ data: Buffer.alloc(0), attributes: { only: "attributes" } });
    await topic.publishMessage({
      data: Buffer.from(`${"[".repeat(100_000)}${"]".repeat(100_000)}`),
    });
    await topic.publishMessage({ data: Buffer.from(`{"text":"${"x".repeat(9_900_000)}"}`) });
    await topic.publishMessage({ data: Buffer.from('{"__proto__":{"id_str":"1"}}') });
    const failures = () =>
      cloud.query(`SELECT reason, position, issues[OFFSET(0)].path AS path,
          SUM(LENGTH(original)) AS bytes, COUNT(*) AS parts, MAX(source_topic) AS topic
        FROM hourtally.failed_events GROUP BY id, reason, position, path ORDER BY bytes`);
    const parts = () => cloud.query("SELECT COUNT(*) AS n FROM hourtally.failed_events");
    await expect.poll(parts, { timeout: 20_000, interval: 200 }).toEqual([{ n: 8 }]);
    expect(await failures()).toMatchObject([
      { reason: "empty-message", bytes: 0, topic: "tweets" },
      { reason: "invalid-utf8", bytes: 2 },
      { reason: "malformed-json", bytes: 4, path: "records[1]", position: "records[1]" },
      { reason: "unknown-shape", bytes: 28 },
      { reason: "malformed-json", bytes: 200_000, path: "records[0]" },
      { reason: "invalid-field", bytes: 9_900_011, parts: 3 },
    ]);
    expect(await cloud.urlHours()).toEqual(view);
    expect(cloud.functions.map(({ restarts }) => restarts())).toEqual(cloud.functions.map(() => 0));
  }, 60_000);

  test("counts the words of a text, and of one that is uploaded again the newer reading", async () => {
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    const top = () =>
      cloud.query(`SELECT word, SUM(occurrences) AS n FROM hourtally.document_words
        WHERE word NOT IN (SELECT word FROM hourtally.stop_words WHERE language = 'en')
        GROUP BY word ORDER BY n DESC, word LIMIT 2`);
    const polling = { timeout: 20_000, interval: 200 };
    await bucket.file("landing/texts/one.txt").save("The cat and the hat: the cat’s cat.");
    await bucket.file("landing/texts/two.txt").save("A hat, a bat, a mat. A hat!");
    await expect.poll(top, polling).toEqual([
      { word: "hat", n: 3 },
      { word: "cat", n: 2 },
    ]);
    await bucket.file("landing/texts/two.txt").save("A bat, a bat, a mat.");
    await expect.poll(top, polling).toEqual([
      { word: "bat", n: 2 },
      { word: "cat", n: 2 },
    ]);
  }, 60_000);

  test("logs counts and reasons as JSON lines, never what was in a tweet", () => {
    const lines = readdirSync(cloud.logDirectory).flatMap((file) =>
      readFileSync(join(cloud.logDirectory, file), "utf8").split("\n").filter(Boolean),
    );
    expect(lines.length).toBeGreaterThan(20);
    const entry = z.looseObject({ severity: z.string(), message: z.string() });
    const spoken = lines
      .filter((line) => line.startsWith("{"))
      .map((line) => entry.parse(JSON.parse(line)));
    expect(spoken.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["normalized", "bucketed", "appended"]),
    );
    // Ids of executions are random letters, among which anything stands now and then.
    const text = lines.join("\n").replaceAll(/"execution_id":"\w+"/g, "");
    expect(text).not.toMatch(/https?:\/\/(?!localhost)|t\.co|oops|xxx/);
  });

  test("tells the same in its summary", async () => {
    const summary = await querySummary(cloud.bigQuery, cloud.dataset);
    const ignored = await queryIgnored(cloud.bigQuery, cloud.dataset);
    const notices = Object.entries(ignored).filter(([reason]) => reason.startsWith("notice-"));
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
    expect(summary.received).toBe(
      summary.tweets +
        summary.duplicates +
        summary.deletes +
        summary.failed +
        sum(notices.map(([, n]) => n)),
    );
    const byReason = Object.entries(ignored).filter(([reason]) => !reason.startsWith("notice-"));
    expect(summary.links).toBe(summary.mentions + sum(byReason.map(([, n]) => n)));
    expect(summary.mentions).toBe(sum(summary.hours.map(({ mentions }) => mentions)));
    expect(summary.top[0]?.hour).toBe(summary.hours.at(-1)?.hour);
  });
});

describe("storms", () => {
  test.each([
    { pack: 1, lines: 1_500 },
    { pack: 500, lines: 4_000 },
  ])(
    "duplicated and shuffled deliveries, $pack a message: the same view",
    async ({ pack, lines }) => {
      const cloud = await startTestCloud({
        faults: { duplicateRate: 0.3, shuffle: true, seed: 3 },
      });
      try {
        await cloud.count(generated.slice(0, lines), pack);
        if (lines < generated.length) await cloud.count(generated.slice(lines), 250);
        expect(await cloud.urlHours()).toEqual(view);
      } finally {
        await cloud.stop();
      }
    },
    90_000,
  );

  test("every function killed in the middle: the same view", async () => {
    const cloud = await startTestCloud();
    try {
      const counting = cloud.count(generated, 10);
      for (const { wake, pid } of [...cloud.functions, ...cloud.functions]) {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await wake();
        const running = pid();
        if (running !== undefined) process.kill(running, "SIGKILL");
      }
      await counting;
      expect(cloud.functions.map(({ restarts }) => restarts())).not.toContain(0);
      expect(await cloud.urlHours()).toEqual(view);
    } finally {
      await cloud.stop();
    }
  }, 90_000);
});
