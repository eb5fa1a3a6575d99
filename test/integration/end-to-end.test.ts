import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { attackPoison } from "../attack/attack-poison.ts";
import { queryIgnored, querySummary } from "../demo/query-summary.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const generated = Array.from(
  generateTweets({ count: 600, seed: 7, endingAt: new Date("2026-01-02T03:04:05Z") }),
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
  });
  afterAll(() => cloud.stop());

  test("tells of an hour that is not as those before it", async () => {
    const hour = Math.floor(Date.now() / 3_600_000) - 1;
    const closings = Array.from({ length: 200 }, (_, before) => {
      const start = `TIMESTAMP_SECONDS(${(hour - before) * 3_600})`;
      const events = before === 0 ? 900 : 100;
      return `(${start}, ${1_000 - before}, STRUCT(${start} AS watermark, ${start} AS first_landed_at,
        0 AS \`keys\`, ${events} AS events, 0 AS late, 0 AS fingerprint))`;
    });
    await cloud.query(`INSERT INTO hourtally.turnstile_hour_totals (hour, revision, closing)
      VALUES ${closings.join(", ")}`);
    const closed = {
      stream: "turnstile-readings",
      hour: new Date(hour * 3_600_000).toISOString().replace(".000Z", "Z"),
      revision: 1_000,
      keys: 0,
      events: 900,
      late: 0,
    };
    await cloud.pubSub.topic("hours-closed").publishMessage({ json: closed });
    const said = () => cloud.query("SELECT state, reason FROM hourtally.anomalies_latest");
    const reason = /900 events of turnstile-readings at .*; 9 times the expected/;
    await expect
      .poll(said, { interval: 200 })
      .toEqual([{ state: "open", reason: expect.stringMatching(reason) }]);
  });

  test("counts generated tweets by the hour they happened in", async () => {
    const totals = await cloud.count(generated, 100);
    expect(totals).toMatchObject({ lines: 600, received: 600, failed: 0 });
    expect(totals.tweets + totals.duplicates + totals.deletes + totals.ignored).toBe(600);
    const rows = z
      .array(z.object({ hour: z.string(), n: z.coerce.number() }))
      .parse(await tweetsByHour(cloud));
    expect(Object.fromEntries(rows.map(({ hour, n }) => [hour, n]))).toEqual(
      tweetsByCreation(generated),
    );
    view = await cloud.urlHours();
    expect(view.length).toBeGreaterThan(100);
    const search = "SEARCH(words, 'https', analyzer => 'NO_OP_ANALYZER')";
    const [found] = await cloud.query(`SELECT COUNTIF(${search}) > 150 AS are_many,
      COUNTIF(${search} != CONTAINS_SUBSTR(text, 'https://')) AS wrong FROM hourtally.posts_latest`);
    expect(found).toEqual({ are_many: true, wrong: 0 });
  });

  test("counts nothing twice when everything comes again, otherwise packed", async () => {
    const totals = await cloud.count(generated.toReversed(), 7);
    expect(totals).toMatchObject({ lines: 1_200, received: 1_200, failed: 0 });
    expect(await cloud.urlHours()).toEqual(view);
  });

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
    await expect.poll(parts, { interval: 200 }).toEqual([{ n: 8 }]);
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
  });

  test("counts the words of a text, and of one that is uploaded again the newer reading", async () => {
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    const top = () =>
      cloud.query(`SELECT word, SUM(occurrences) AS n FROM hourtally.document_words
        WHERE word NOT IN (SELECT word FROM hourtally.stop_words WHERE language = 'en')
        GROUP BY word ORDER BY n DESC, word LIMIT 2`);
    const polling = { interval: 200 };
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
  });

  test("counts passages through turnstiles, by increments and by registers, each once", async () => {
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    const topic = cloud.pubSub.topic("turnstiles");
    const streamed = (time: string, counts: string, id: string) =>
      `A001,R001,02-00-00,Test-Station,456NQR,BMT,01-02-26,${time},REGULAR,${counts},${id},2026-01-02 ${time}`;
    const lines = [streamed("08:00:00", "5,9", "a"), streamed("08:59:50", "7,6", "b")];
    await topic.publishMessage({ data: Buffer.from(lines.join("\n")) });
    const late = [streamed("09:00:00", "8,10", "c"), ...lines].map((line) => JSON.stringify(line));
    await topic.publishMessage({ data: Buffer.from(late.join("\n")) });
    const weekly = [
      "C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS",
      "A002,R051,02-00-00,59 ST,NQR456W,BMT,01/01/2026,20:00:00,REGULAR,0000000100,0000000050",
      "A002,R051,02-00-00,59 ST,NQR456W,BMT,01/02/2026,00:00:00,REGULAR,0000000130,0000000045",
      "A002,R051,02-00-00,59 ST,NQR456W,BMT,01/02/2026,04:00:00,REGULAR,0000000131,0000000041",
    ].join("\n");
    await bucket.file("landing/turnstiles/week.csv").save(weekly);
    await bucket.file("landing/turnstiles/again.csv").save(weekly);

    const hours = () =>
      cloud.query(`SELECT station, FORMAT_DATETIME('%d %H', local_hour) AS hour, entries, exits
        FROM hourtally.turnstile_station_hours ORDER BY station, hour`);
    await expect.poll(hours, { interval: 200 }).toEqual([
      { station: "59 ST", hour: "02 00", entries: 30, exits: 5 },
      { station: "59 ST", hour: "02 04", entries: 1, exits: 4 },
      { station: "Test-Station", hour: "02 08", entries: 12, exits: 15 },
      { station: "Test-Station", hour: "02 09", entries: 8, exits: 10 },
    ]);
    expect(
      await cloud.query(`SELECT STRING(hour) AS hour, readings, entries, exits
        FROM hourtally.turnstile_hours_exact ORDER BY hour`),
    ).toEqual([
      { hour: "2026-01-02 13:00:00+00", readings: 2, entries: 12, exits: 15 },
      { hour: "2026-01-02 14:00:00+00", readings: 1, entries: 8, exits: 10 },
    ]);
    expect(
      await cloud.query(`SELECT weekday_name, slot_start, station, week.entries, week.days
        FROM hourtally.turnstile_station_weekdays AS week
        JOIN hourtally.turnstile_station_slots USING (station) ORDER BY station, slot_start`),
    ).toEqual([
      { weekday_name: "Friday", slot_start: "00:00", station: "59 ST", entries: 31, days: 1 },
      { weekday_name: "Friday", slot_start: "04:00", station: "59 ST", entries: 31, days: 1 },
      {
        weekday_name: "Friday",
        slot_start: "08:00",
        station: "Test-Station",
        entries: 20,
        days: 1,
      },
    ]);
  });

  test("counts entries of logs, equal lines each, and a file that comes again once", async () => {
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    const ok =
      '1.2.3.4 - ann [02/Jan/2026:03:04:05 +0000] "GET /cart?x=1 HTTP/1.1" 200 100 "-" "-"';
    const access = [`${ok} 1500`, `${ok} 1500`, ok.replace(" 200 ", " 503 ")].join("\n");
    await bucket.file("landing/log-lines/shop/a.log").save(access);
    await bucket.file("landing/log-lines/shop/b.log").save(access);
    const w3c =
      "#Version: 1.0\n#Fields: date time cs-uri-stem sc-status sc-bytes\n2026-01-02 03:04:05 /x 404 7\n";
    await bucket.file("landing/log-lines/iis/u.log").save(w3c);

    const counts = () =>
      cloud.query(`SELECT service, status, entries, bytes, errors, server_errors
        FROM hourtally.log_hours_exact ORDER BY service, status`);
    await expect.poll(counts, { interval: 200 }).toEqual([
      { service: "iis", status: "404", entries: 1, bytes: 7, errors: 1, server_errors: 0 },
      { service: "shop", status: "200", entries: 2, bytes: 200, errors: 0, server_errors: 0 },
      { service: "shop", status: "503", entries: 1, bytes: 100, errors: 1, server_errors: 1 },
    ]);
    expect(
      await cloud.query("SELECT user, entries, bytes, errors FROM hourtally.log_top_users"),
    ).toEqual([{ user: "ann", entries: 3, bytes: 300, errors: 1 }]);
    expect(
      await cloud.query("SELECT path, entries, mean_ms, p95_ms FROM hourtally.log_slowest_paths"),
    ).toEqual([{ path: "/cart", entries: 2, mean_ms: 1.5, p95_ms: 1.5 }]);
    expect(
      await cloud.query(`SELECT service, entries, error_rate FROM hourtally.log_traffic
        WHERE service = 'iis'`),
    ).toEqual([{ service: "iis", entries: 1, error_rate: 1 }]);
  });

  test("finds the colours of an image that is dropped beside them", async () => {
    // One pixel of #ff8000, as GIF.
    const pixel = "R0lGODdhAQABAIAAAP+AAAAAACwAAAAAAQABAAACAkQBADs=";
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    await bucket.file("landing/images/pixel").save(Buffer.from(pixel, "base64"));
    const colors = () =>
      cloud.query("SELECT image, color, share FROM hourtally.image_colors_latest");
    await expect
      .poll(colors, { interval: 200 })
      .toEqual([{ image: "pixel", color: "#ff8000", share: 1 }]);
  });

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

  test("counts good tweets beside messages that no function can take, and nothing restarts", async () => {
    const { seconds: _, holds: __, ...report } = await attackPoison(cloud, cloud);
    expect(report).toEqual({ counted: 300, sent: 300, kept: 4, poisonous: 4, restarts: 0 });
  });
});

test("a tenant's deliveries doubled and shuffled, and each function on their way killed: the same view", async () => {
  const faults = { duplicateRate: 0.3, shuffle: true, seed: 3 };
  const cloud = await startTestCloud({ prefix: "acme-", faults });
  try {
    await cloud.count(generated.slice(0, 100), 1);
    const counting = cloud.count(generated.slice(100), 5);
    const names = ["normalize-tweets", "normalize-urls", "bucket-hours", "append-rows"];
    const onTheWay = cloud.functions.filter(({ name }) => names.includes(name));
    for (const { wake, pid } of onTheWay) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await wake();
      const running = pid();
      if (running !== undefined) process.kill(running, "SIGKILL");
    }
    await counting;
    // The last may have ended when all was counted.
    const killed = () => onTheWay.filter(({ restarts }) => restarts() > 0);
    await expect.poll(killed).toHaveLength(names.length);
    expect(await cloud.urlHours()).toEqual(view);
  } finally {
    await cloud.stop();
  }
}, 240_000);
