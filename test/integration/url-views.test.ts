import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { views } from "../../shared/rows/views.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";

const projectId = "url-views";
const hourMs = 3_600_000;
/** Trends are those of the last day. */
const now = Math.floor(Date.now() / hourMs) * hourMs;
let server: LocalBigquery;
let bigquery: BigQuery;

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset: "hourtally" });
  bigquery = new BigQuery({ projectId });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});
beforeEach(async () => {
  await bigquery.query("DELETE FROM hourtally.url_hour_totals WHERE TRUE");
});

type Count = [hour: number, key: string | null, mentions: number, host?: string | null];

/** Totals of closed hours, of which each has one header; what has no key is an hour without any. */
async function close(counts: readonly Count[]): Promise<void> {
  const at = (hour: number) => `TIMESTAMP '${new Date(hour).toISOString()}'`;
  const headers = [...new Set(counts.map(([hour]) => hour))].map(
    (hour) => `(${at(hour)}, 1, STRUCT(${at(hour)} AS watermark, ${at(hour)} AS first_landed_at,
      1 AS \`keys\`, 1 AS events, 0 AS late, 0 AS fingerprint), NULL, NULL, NULL, NULL, NULL, NULL)`,
  );
  const keys = counts.flatMap(([hour, key, mentions, host = "h"]) => {
    const text = host === null ? "NULL" : `'${host}'`;
    return key === null
      ? []
      : [`(${at(hour)}, 1, NULL, '${key}', 'u', ${text}, ${mentions}, 1, ${mentions - 1})`];
  });
  await bigquery.query(`INSERT INTO hourtally.url_hour_totals
    (hour, revision, closing, url_key, url, host, mentions, authors, originals)
    VALUES ${[...headers, ...keys].join(", ")}`);
}

const ask = async (sql: string): Promise<unknown[]> => (await bigquery.query(sql))[0];

const day = Date.parse("2026-01-02T00:00:00Z");

test("every column is described", async () => {
  for (const view of views) {
    const [metadata] = await bigquery.dataset("hourtally").table(view.name).getMetadata();
    const names = metadata.schema.fields.map(({ name }: { name: string }) => name);
    expect(names, view.name).toEqual(Object.keys(view.columns));
  }
});

describe("top_urls_by_hour and top_hosts_by_hour", () => {
  beforeEach(() =>
    close([
      [day, "b", 5],
      [day, "a", 5, "g"],
      [day, "c", 9],
      [day, "d", 7, null],
      [day + hourMs, null, 0],
      [day + 2 * hourMs, "a", 1, "g"],
    ]),
  );

  test("the most shared first, equals by their key, an empty hour not at all", async () => {
    expect(
      await ask(`SELECT FORMAT_TIMESTAMP('%H', hour) AS hour, url_key, mentions, position
        FROM hourtally.top_urls_by_hour ORDER BY hour, position`),
    ).toEqual([
      { hour: "00", url_key: "c", mentions: 9, position: 1 },
      { hour: "00", url_key: "d", mentions: 7, position: 2 },
      { hour: "00", url_key: "a", mentions: 5, position: 3 },
      { hour: "00", url_key: "b", mentions: 5, position: 4 },
      { hour: "02", url_key: "a", mentions: 1, position: 1 },
    ]);
  });

  test("hosts with the sums of their pages; what has no host is in none", async () => {
    expect(
      await ask(`SELECT FORMAT_TIMESTAMP('%H', hour) AS hour, host, mentions, originals, pages, position
        FROM hourtally.top_hosts_by_hour ORDER BY hour, position`),
    ).toEqual([
      { hour: "00", host: "h", mentions: 14, originals: 12, pages: 2, position: 1 },
      { hour: "00", host: "g", mentions: 5, originals: 4, pages: 1, position: 2 },
      { hour: "02", host: "g", mentions: 1, originals: 0, pages: 1, position: 1 },
    ]);
  });

  test("a hundred at most", async () => {
    const many = Array.from({ length: 105 }, (_, n): Count => [day + 5 * hourMs, `k${n}`, n + 1]);
    await close(many);
    expect(
      await ask(`SELECT COUNT(*) AS n, MIN(mentions) AS least FROM hourtally.top_urls_by_hour
        WHERE hour = TIMESTAMP '2026-01-02T05:00:00Z'`),
    ).toEqual([{ n: 100, least: 6 }]);
  });
});

test("url_days sums the hours of a UTC day", async () => {
  await close([
    [day - hourMs, "a", 1],
    [day, "a", 2],
    [day + 23 * hourMs, "a", 4],
    [day + 24 * hourMs, "a", 8],
  ]);
  expect(
    await ask(`SELECT CAST(day AS STRING) AS day, url_key, url, mentions, originals, \`hours\`, peak_mentions
      FROM hourtally.url_days ORDER BY day`),
  ).toEqual([
    {
      day: "2026-01-01",
      url_key: "a",
      url: "u",
      mentions: 1,
      originals: 0,
      hours: 1,
      peak_mentions: 1,
    },
    {
      day: "2026-01-02",
      url_key: "a",
      url: "u",
      mentions: 6,
      originals: 4,
      hours: 2,
      peak_mentions: 4,
    },
    {
      day: "2026-01-03",
      url_key: "a",
      url: "u",
      mentions: 8,
      originals: 7,
      hours: 1,
      peak_mentions: 8,
    },
  ]);
});

test("url_lifetimes tells first, last and peak hour, and the half-life", async () => {
  await close([
    [day, "a", 1],
    [day + 3 * hourMs, "a", 4],
    [day + 4 * hourMs, "a", 4],
    [day + 30 * hourMs, "a", 1],
    [day, "b", 3],
  ]);
  expect(
    await ask(`SELECT url_key, mentions, \`hours\`, STRING(first_hour) AS first_hour,
        STRING(last_hour) AS last_hour, STRING(peak_hour) AS peak_hour, peak_mentions, half_life_hours
      FROM hourtally.url_lifetimes ORDER BY url_key`),
  ).toEqual([
    {
      url_key: "a",
      mentions: 10,
      hours: 4,
      first_hour: "2026-01-02 00:00:00+00",
      last_hour: "2026-01-03 06:00:00+00",
      peak_hour: "2026-01-02 03:00:00+00",
      peak_mentions: 4,
      half_life_hours: 3,
    },
    {
      url_key: "b",
      mentions: 3,
      hours: 1,
      first_hour: "2026-01-02 00:00:00+00",
      last_hour: "2026-01-02 00:00:00+00",
      peak_hour: "2026-01-02 00:00:00+00",
      peak_mentions: 3,
      half_life_hours: 0,
    },
  ]);
});

test("trending_urls compares an hour with the day before it and with the same hour of a week", async () => {
  const latest = now - hourMs;
  await close([
    // New: nothing to compare it with.
    [latest, "new", 10],
    // As often each hour of the day before.
    ...Array.from({ length: 24 }, (_, n): Count => [latest - (n + 1) * hourMs, "steady", 10]),
    [latest, "steady", 10],
    // Every day at this hour.
    ...Array.from({ length: 7 }, (_, n): Count => [latest - (n + 1) * 24 * hourMs, "daily", 8]),
    [latest, "daily", 17],
    // More than a week ago does not count.
    [latest - 8 * 24 * hourMs, "old", 700],
    [latest, "old", 1],
  ]);
  expect(
    await ask(`SELECT url_key, mentions, mean_of_day, mean_of_week, score
      FROM hourtally.trending_urls WHERE hour = TIMESTAMP '${new Date(latest).toISOString()}'
      ORDER BY score DESC, url_key`),
  ).toEqual([
    { url_key: "new", mentions: 10, mean_of_day: 0, mean_of_week: 0, score: 10 },
    { url_key: "daily", mentions: 17, mean_of_day: 8 / 24, mean_of_week: 8, score: 3 },
    { url_key: "old", mentions: 1, mean_of_day: 0, mean_of_week: 0, score: 1 },
  ]);
});

test("post_hours counts each post once, as its best informed reading has it, and no deleted one", async () => {
  const post = (id: string, author: string | null, kind: string, more: string) =>
    `('post', 'x', '${id}', TIMESTAMP '2026-01-02 10:15:00+00', ${author === null ? "NULL" : `'${author}'`},
      '${kind}', ${more}, 'm', 'p', TIMESTAMP '2026-01-02', TIMESTAMP '2026-01-02')`;
  const links = (...urls: string[]) =>
    `[${urls.map((url) => `STRUCT('${url}' AS url, CAST(NULL AS STRING) AS slot, CAST(NULL AS STRING) AS title)`).join(", ")}]`;
  await bigquery.query(`INSERT INTO hourtally.posts
    (outcome, source, id, event_time, author, kind, revision, language, links, message_id, position,
      received_at, landed_at) VALUES
    ${post("x:1", "a", "post", `'1', NULL, ${links("u")}`)},
    ${post("x:1", "a", "post", `'2', 'en', ${links("u", "v")}`)},
    ${post("x:2", "a", "repost", "'1', 'ja', []")},
    ${post("x:3", null, "reply", "'1', NULL, []")},
    ${post("x:4", "b", "post", `'1', 'de', ${links("w")}`)}`);
  await bigquery.query(`INSERT INTO hourtally.tombstones (id, source, landed_at)
    VALUES ('x:4', 'x', TIMESTAMP '2026-01-03')`);
  expect(await ask("SELECT * EXCEPT (hour) FROM hourtally.post_hours")).toEqual([
    { posts: 3, authors: 1, links: 2, reposts: 1, quotes: 0, replies: 1, languages: 2, sources: 1 },
  ]);
});
