import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import type { Warehouse } from "../../functions/close-hours/close-stream.ts";
import { closingQueries, watermarksSql } from "../../functions/close-hours/closing-queries.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import { createTotalsFinder } from "../../functions/detect-anomalies/find-totals.ts";
import { exportSql } from "../../functions/export-hours/query-totals.ts";
import { newestSql } from "../../functions/serve-dashboard/api/newest-hour.ts";
import { routes } from "../../functions/serve-dashboard/api/routes.ts";
import { postsLatestSql } from "../../shared/rows/posts-latest.ts";
import { storedTables } from "../../shared/rows/stored-tables.ts";
import { eventsBetweenSql } from "../../shared/streams/events-view.ts";
import { hoursBetweenSql } from "../../shared/streams/hours-view.ts";
import { streams } from "../../shared/streams/streams.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { openPartitions } from "../support/count-partitions.ts";
import { type ServedDashboard, serveDashboard } from "../support/serve-dashboard.ts";

const projectId = "filters";
const dataset = "hourtally";
/** A person fills them, after an error. */
const small = ["retractions", "redrives"];
const guarded = storedTables.map(({ name }) => name).filter((name) => !small.includes(name));
const hourMs = 3_600_000;
const now = Date.parse("2026-01-05T12:00:00Z");
let server: LocalBigquery;
let bigquery: BigQuery;
let warehouse: Warehouse;

// A table that requires a partition filter refuses a query in which none reaches it.
beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset });
  bigquery = new BigQuery({ projectId });
  for (const name of guarded) {
    await bigquery.dataset(dataset).table(name).setMetadata({ requirePartitionFilter: true });
  }
  warehouse = createWarehouse(bigquery, { dataset, maximumBytesBilled: "1" });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

test("without a filter, a table here refuses to be read", async () => {
  await expect(bigquery.query(`SELECT * FROM ${dataset}.url_hour_totals`)).rejects.toThrow(
    "without a filter over column(s) 'hour'",
  );
});

test("the query for what was closed last filters partitions", async () => {
  expect((await warehouse.readWatermarks(now)).answer).toEqual(new Map());
});

test.each(streams)("the queries that close hours of $name filter partitions", async (stream) => {
  if (stream.postsBy !== undefined) {
    await bigquery.query(`INSERT INTO ${dataset}.tombstones (id, source, landed_at)
      VALUES ('x:1', 'x', TIMESTAMP '2026-01-05 11:00:00+00')`);
  }
  const window = { since: now - 9 * hourMs, from: now - 90 * hourMs, to: now };
  const touched = await warehouse.findTouched(stream, {
    ...window,
    postsSince: window.since,
    deletedSince: window.since,
  });
  expect(touched.answer).toEqual([]);
  const hours = [now - 2 * hourMs, now - hourMs];
  expect((await warehouse.readHeaders(stream, hours)).answer).toEqual([]);
  const totals = { landedFrom: now, deletedFrom: now, watermark: now, revision: 1 };
  await warehouse.writeTotals(stream, { ...totals, hours });
});

const hours = "hour >= TIMESTAMP '2026-01-05' AND hour < TIMESTAMP '2026-01-06'";

test.each([...streams.map(({ view }) => view), "top_urls_by_hour", "top_hosts_by_hour"])(
  "a filter on hours reaches the partitions behind %s",
  async (view) => {
    const [rows] = await bigquery.query(`SELECT * FROM ${dataset}.${view} WHERE ${hours}`);
    expect(rows).toEqual([]);
    await expect(bigquery.query(`SELECT * FROM ${dataset}.${view}`)).rejects.toThrow(
      "without a filter over column(s) 'hour'",
    );
  },
);

test("trending_urls filters partitions by itself", async () => {
  expect((await bigquery.query(`SELECT * FROM ${dataset}.trending_urls`))[0]).toEqual([]);
});

test.each(streams)("the queries that judge hours of $name filter partitions", async (stream) => {
  const find = createTotalsFinder(bigquery, [stream], { dataset, maximumBytesBilled: "1" });
  const from = now / hourMs - 28 * 24;
  expect((await find.closings(from)).get(stream.name)).toEqual([]);
  expect(await find.keys(stream, { from, judgedFrom: from, revision: 1 })).toEqual([]);
});

const exported = streams.flatMap((stream) => stream.indices.map((index) => ({ stream, ...index })));

test.each(exported)("the export to index $name filters partitions", async (index) => {
  const uri = "gs://lake/*.parquet";
  const [job] = await bigquery.createQueryJob({
    query: exportSql(index.stream, { ...index, uri }).replaceAll("${dataset}", dataset),
    params: { hour: bigquery.timestamp(new Date(now)), revision: 1 },
    dryRun: true,
  });
  expect(job.metadata.statistics.query.statementType).toBe("EXPORT_DATA");
});

describe("the queries of the page", () => {
  const key = "example.com/one";
  let dashboard: ServedDashboard;

  beforeAll(async () => {
    dashboard = await serveDashboard(now, { REQUESTS_PER_SECOND: "10000" });
    const tweet = (id: string, more: object) =>
      JSON.stringify({
        id_str: id,
        created_at: "Mon Jan 05 11:20:00 +0000 2026",
        text: "says so",
        lang: "en",
        user: { id_str: "1" },
        entities: { urls: [{ url: "https://t.co/a", expanded_url: "https://example.com/one" }] },
        ...more,
      });
    await dashboard.count([
      tweet("1", {}),
      tweet("2", {
        user: { id_str: "2" },
        in_reply_to_status_id_str: "1",
        in_reply_to_user_id_str: "1",
      }),
    ]);
    for (const name of guarded) {
      await dashboard.bigquery
        .dataset(dataset)
        .table(name)
        .setMetadata({ requirePartitionFilter: true });
    }
  });
  afterAll(() => dashboard.close());

  const range = "from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z";
  /** Each address with a range, with words, with what only the events tell, and once as it is. */
  const asked = routes.flatMap(({ path, parameters }) => {
    const address = path.replace("{key}", encodeURIComponent(key)).replace(/\{\w+\}/, "1");
    const names = Object.keys(parameters.shape);
    if (!names.includes("from")) return [address];
    const { of } = parameters.shape;
    if (of instanceof z.ZodEnum) return of.options.map((one) => `${address}?${range}&of=${one}`);
    const isOther = /^\/streams\/(?!url-mentions)/.test(path);
    return [
      `${address}?${range}`,
      ...(isOther ? [] : [address]),
      ...["words", "source"]
        .filter((name) => names.includes(name))
        .map((name) => `${address}?${range}&${name}=x`),
    ];
  });

  test.each(asked)("%s", async (address) => {
    const answer = await fetch(`${dashboard.url}/api/v1${address}`);
    // What is not there is an answer, too; a query that reads all partitions is refused.
    expect([200, 404], `${await answer.text()} ${JSON.stringify(dashboard.failures)}`).toContain(
      answer.status,
    );
    expect(dashboard.failures).toEqual([]);
  });

  test("are asked of what is there", async () => {
    const answer = await fetch(`${dashboard.url}/api/v1/streams/url-mentions/top?${range}`);
    expect(JSON.parse(await answer.text()).rows).toMatchObject([{ url_key: key, mentions: 2 }]);
  });
});

describe("of 90 days of history", () => {
  const today = Math.floor(Date.now() / hourMs) * hourMs;
  const ago = (hours: number) => new Date(today - hours * hourMs);
  const text = (at: Date) => at.toISOString();
  const queries = closingQueries(urlMentions);
  const inDataset = (sql: string) => sql.replaceAll("${dataset}", dataset);
  const inTables = (sql: string) => sql.replaceAll("${dataset}.", "");
  let directory: string;
  let partitions: Awaited<ReturnType<typeof openPartitions>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "hourtally-partitions-"));
    const database = join(directory, "warehouse.duckdb");
    const history = await startWarehouse({ projectId, dataset, database });
    const client = new BigQuery({ projectId });
    const everyHour = `UNNEST(GENERATE_TIMESTAMP_ARRAY(
      TIMESTAMP '${text(ago(90 * 24))}', TIMESTAMP '${text(ago(0))}', INTERVAL 1 HOUR)) AS at_hour`;
    for (const [table, columns, values] of [
      ["url_hour_totals", "hour, revision", "at_hour, 1"],
      ["url_hour_increments", "hour, landed_at", "at_hour, at_hour"],
      ["tombstones", "id, source, landed_at", "'x:1', 'x', at_hour"],
      [
        "closings",
        "stream, watermark, hours, bytes_billed, landed_at",
        "'s', at_hour, 1, 0, at_hour",
      ],
      [
        "posts",
        "outcome, source, message_id, position, received_at, landed_at",
        "'post', 'x', 'm', 'p', at_hour, at_hour",
      ],
    ]) {
      await client.query(
        `INSERT INTO ${dataset}.${table} (${columns}) SELECT ${values} FROM ${everyHour}`,
      );
    }
    await history.stop();
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.restUrl);
    partitions = await openPartitions(database, projectId, dataset);
  });
  afterAll(async () => {
    partitions.close();
    await rm(directory, { recursive: true });
  });

  const hoursOf = { hours: [ago(2), ago(1)], first_hour: ago(2), last_hour: ago(1) };
  const range = { from: text(ago(24)), to: text(ago(0)) };
  const lastDay = `hour >= TIMESTAMP '${range.from}' AND hour < TIMESTAMP '${range.to}'`;

  test.each([
    [
      "finding what is to be closed",
      inDataset(queries.touched),
      { since: ago(9), from: ago(90 * 24), to: ago(0) },
      2,
    ],
    [
      "finding the hours of deleted posts",
      inDataset(queries.deleted),
      { deleted_since: ago(9), from: ago(90 * 24), to: ago(0), posts_since: ago(72) },
      4,
    ],
    ["reading what is closed", inDataset(queries.headers), hoursOf, 2],
    [
      "closing two hours",
      inDataset(queries.totals),
      { ...hoursOf, landed_from: ago(2), deleted_from: ago(4), watermark: ago(0), revision: 1 },
      2,
    ],
    ["looking when it was closed last", inDataset(watermarksSql), { since: ago(40 * 24) }, 41],
    ["the hours of a day", `SELECT * FROM url_hours WHERE ${lastDay}`, {}, 4],
    [
      "the hours between two",
      inTables(hoursBetweenSql(urlMentions, "TIMESTAMP(@from)", "TIMESTAMP(@to)")),
      range,
      4,
    ],
    [
      "the newest hour with data",
      newestSql(urlMentions),
      { landed: text(ago(48)), since: text(ago(48)), current: text(ago(0)) },
      3,
    ],
    ["the top pages of a day", `SELECT * FROM top_urls_by_hour WHERE ${lastDay}`, {}, 4],
    ["what is trending", "SELECT * FROM trending_urls", {}, 10],
    [
      "the events of a day",
      inTables(eventsBetweenSql(urlMentions, "TIMESTAMP(@from)", "TIMESTAMP(@to)")),
      range,
      3,
    ],
    [
      "the events of a page",
      inTables(
        eventsBetweenSql(urlMentions, "TIMESTAMP(@from)", "TIMESTAMP(@to)", [
          "event.url_key = 'k'",
        ]),
      ),
      range,
      3,
    ],
    ["the posts of a day", inTables(postsLatestSql("TIMESTAMP(@from)")), { from: range.from }, 3],
  ])("%s reads few days", async (_, sql, values, most) => {
    const read = await partitions.count(sql, values);
    expect(Object.keys(read).length).toBeGreaterThan(0);
    for (const [table, days] of Object.entries(read)) {
      if (small.includes(table)) continue;
      expect(days, `${table}: ${JSON.stringify(read)}`).toBeLessThanOrEqual(most);
    }
  });

  test("what has no bound reads all days", async () => {
    const read = await partitions.count("SELECT * FROM url_hours_exact");
    expect(read.url_hour_increments).toBeGreaterThanOrEqual(90);
    expect(read.tombstones).toBeGreaterThanOrEqual(90);
  });
});
