import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery, type TableField } from "@google-cloud/bigquery";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { freePort } from "../local-cloud/tcp-port.ts";
import { refusal } from "../support/refusal.ts";

let server: LocalBigquery;
let bigquery: BigQuery;

beforeAll(async () => {
  server = await startBigquery();
  bigquery = clientOf(server);
});

afterEach(async () => {
  const [datasets] = await bigquery.getDatasets();
  for (const dataset of datasets) await dataset.delete({ force: true });
});

afterAll(async () => {
  await server.stop();
});

function clientOf({ restUrl }: LocalBigquery): BigQuery {
  process.env.BIGQUERY_EMULATOR_HOST = restUrl;
  return new BigQuery({ projectId: "demo" });
}

const tweets = {
  description: "Tweets as delivered",
  schema: {
    fields: [
      { name: "id", type: "STRING", mode: "REQUIRED", description: "source:native id" },
      { name: "happened_at", type: "TIMESTAMP", mode: "REQUIRED" },
      { name: "weight", type: "FLOAT64" },
      {
        name: "links",
        type: "RECORD",
        mode: "REPEATED",
        fields: [
          { name: "url_key", type: "STRING" },
          { name: "seen", type: "TIMESTAMP" },
        ],
      },
    ],
  },
  timePartitioning: { type: "DAY", field: "happened_at" },
  clustering: { fields: ["id"] },
};

describe("datasets", () => {
  test("are made once, found, listed and deleted", async () => {
    const [dataset] = await bigquery.createDataset("shop", {
      location: "EU",
      description: "All of it",
      labels: { env: "test" },
    });
    expect(dataset.metadata).toMatchObject({
      kind: "bigquery#dataset",
      id: "demo:shop",
      datasetReference: { projectId: "demo", datasetId: "shop" },
      location: "EU",
      description: "All of it",
      labels: { env: "test" },
    });
    expect(await refusal(bigquery.createDataset("shop"))).toMatchObject({
      code: 409,
      message: "Already Exists: Dataset demo:shop",
      errors: [{ reason: "duplicate" }],
    });
    await bigquery.createDataset("another");
    const [page, , response] = await bigquery.getDatasets({ maxResults: 1, autoPaginate: false });
    expect(page.map(({ id }) => id)).toEqual(["another"]);
    expect(response).toMatchObject({ nextPageToken: expect.any(String) });
    const [all] = await bigquery.getDatasets();
    expect(all.map(({ id }) => id)).toEqual(["another", "shop"]);
    await bigquery.dataset("another").delete();
    expect(await bigquery.dataset("another").exists()).toEqual([false]);
    expect(await refusal(bigquery.dataset("another").getMetadata())).toMatchObject({
      code: 404,
      message: "Not found: Dataset demo:another",
    });
  });

  test("with tables are deleted only with their contents", async () => {
    const [dataset] = await bigquery.createDataset("shop");
    await dataset.createTable("tweets", tweets);
    expect(await refusal(dataset.delete())).toMatchObject({
      code: 400,
      message: "Dataset demo:shop is still in use",
      errors: [{ reason: "resourceInUse" }],
    });
    await dataset.delete({ force: true });
    expect(await dataset.table("tweets").exists()).toEqual([false]);
    await bigquery.createDataset("shop");
    expect((await bigquery.dataset("shop").getTables())[0]).toEqual([]);
  });
});

describe("tables", () => {
  test("come back as they were made, with BigQuery's names for types", async () => {
    const [dataset] = await bigquery.createDataset("shop");
    const [table] = await dataset.createTable("tweets", tweets);
    const [metadata] = await table.getMetadata();
    expect(metadata).toMatchObject({
      kind: "bigquery#table",
      id: "demo:shop.tweets",
      tableReference: { projectId: "demo", datasetId: "shop", tableId: "tweets" },
      type: "TABLE",
      description: "Tweets as delivered",
      timePartitioning: { type: "DAY", field: "happened_at" },
      clustering: { fields: ["id"] },
      numRows: "0",
    });
    expect(metadata.schema.fields).toEqual([
      { name: "id", type: "STRING", mode: "REQUIRED", description: "source:native id" },
      { name: "happened_at", type: "TIMESTAMP", mode: "REQUIRED" },
      { name: "weight", type: "FLOAT", mode: "NULLABLE" },
      {
        name: "links",
        type: "RECORD",
        mode: "REPEATED",
        fields: [
          { name: "url_key", type: "STRING", mode: "NULLABLE" },
          { name: "seen", type: "TIMESTAMP", mode: "NULLABLE" },
        ],
      },
    ]);
    await dataset.createTable("view", { view: "SELECT 1 AS one" });
    const [tables] = await dataset.getTables();
    expect(tables.map(({ id, metadata: { type } }) => [id, type])).toEqual([
      ["tweets", "TABLE"],
      ["view", "VIEW"],
    ]);
    await table.delete();
    expect(await refusal(table.getMetadata())).toMatchObject({
      code: 404,
      message: "Not found: Table demo:shop.tweets",
      errors: [{ reason: "notFound" }],
    });
  });

  test("are refused when they exist, contradict themselves or need what is not here", async () => {
    const [dataset] = await bigquery.createDataset("shop");
    await dataset.createTable("tweets", tweets);
    const refused = (metadata: object) => refusal(dataset.createTable("other", metadata));
    expect(await refusal(dataset.createTable("tweets", tweets))).toMatchObject({
      code: 409,
      message: "Already Exists: Table demo:shop.tweets",
    });
    const schema = { fields: [{ name: "n", type: "INTEGER" }] };
    const byDay = { type: "DAY", field: "n" };
    expect(await refused({ schema, timePartitioning: byDay })).toMatchObject({
      code: 400,
      message: expect.stringContaining("can only be of type TIMESTAMP, DATE or DATETIME"),
    });
    expect(await refused({ schema, clustering: { fields: ["m"] } })).toMatchObject({ code: 400 });
    expect(await refused({ schema, requirePartitionFilter: true })).toMatchObject({ code: 400 });
    const unsupported = [
      { schema: { fields: [{ name: "n", type: "GEOGRAPHY" }] } },
      { schema: { fields: [{ name: "n", type: "STRING", maxLength: "3" }] } },
      { schema, timePartitioning: { type: "HOUR", field: "n" } },
      { schema, rangePartitioning: { field: "n" } },
      { schema, encryptionConfiguration: { kmsKeyName: "k" } },
      { view: { query: "SELECT 1", useLegacySql: true } },
      { materializedView: { query: "SELECT 1" } },
    ];
    for (const metadata of unsupported) {
      expect(await refused(metadata)).toMatchObject({
        code: 501,
        errors: [{ reason: "notImplemented" }],
      });
    }
    expect(await refusal(dataset.table("tweets").insert([{ id: "1" }]))).toMatchObject({
      code: 501,
    });
    expect(await refusal(bigquery.dataset("none").createTable("t", { schema }))).toMatchObject({
      code: 404,
      message: "Not found: Dataset demo:none",
    });
  });

  test("take additive changes of their schema, at any depth, and no others", async () => {
    const [dataset] = await bigquery.createDataset("shop");
    const [table] = await dataset.createTable("tweets", tweets);
    await bigquery.query(`INSERT INTO shop.tweets (id, happened_at, links)
      VALUES ('1', TIMESTAMP '2024-01-01', [STRUCT('k' AS url_key, TIMESTAMP '2024-01-02' AS seen)])`);
    const [, happenedAt, weight] = tweets.schema.fields;
    const grown: TableField[] = [
      { name: "id", type: "STRING", mode: "NULLABLE" },
      { ...happenedAt },
      { ...weight },
      {
        name: "links",
        type: "RECORD",
        mode: "REPEATED",
        fields: [
          { name: "url_key", type: "STRING" },
          { name: "seen", type: "TIMESTAMP" },
          { name: "host", type: "STRING" },
        ],
      },
      { name: "tags", type: "STRING", mode: "REPEATED" },
      { name: "position", type: "STRING" },
    ];
    await table.setMetadata({ schema: { fields: grown }, description: "Grown" });
    expect((await bigquery.query("SELECT * FROM shop.tweets"))[0]).toMatchObject([
      { id: "1", links: [{ url_key: "k", host: null }], tags: [], position: null },
    ]);
    await bigquery.query("INSERT INTO shop.tweets (happened_at) VALUES (TIMESTAMP '2024-01-01')");
    const refused = async (changed: TableField[]) =>
      refusal(table.setMetadata({ schema: { fields: changed } }));
    const prefix = "Provided Schema does not match Table demo:shop.tweets. ";
    expect(await refused(grown.slice(1))).toMatchObject({
      code: 400,
      message: `${prefix}Field id is missing in new schema`,
    });
    expect(
      await refused([...grown.slice(0, 5), { name: "position", type: "INTEGER" }]),
    ).toMatchObject({
      message: `${prefix}Field position has changed type from STRING to INTEGER`,
    });
    expect(
      await refused([...grown, { name: "n", type: "STRING", mode: "REQUIRED" }]),
    ).toMatchObject({
      message: `${prefix}Cannot add required fields to an existing schema. (field: n)`,
    });
    expect((await table.getMetadata())[0]).toMatchObject({ description: "Grown", numRows: "2" });
  });

  test("views follow their new text and the tables under them", async () => {
    const [dataset] = await bigquery.createDataset("shop");
    const [table] = await dataset.createTable("tweets", tweets);
    const [view] = await dataset.createTable("ids", { view: "SELECT id FROM `shop.tweets`" });
    expect(view.metadata.schema.fields).toEqual([{ name: "id", type: "STRING", mode: "NULLABLE" }]);
    await view.setMetadata({
      view: { query: "SELECT *, 1 AS one FROM `demo.shop.tweets`", useLegacySql: false },
    });
    await bigquery.query(
      "INSERT INTO shop.tweets (id, happened_at) VALUES ('1', TIMESTAMP '2024-01-01')",
    );
    const fields = [...tweets.schema.fields, { name: "more", type: "STRING" }];
    await table.setMetadata({ schema: { fields } });
    expect((await bigquery.query("SELECT * FROM shop.ids"))[0]).toMatchObject([
      { id: "1", more: null, one: 1 },
    ]);
    expect(
      await refusal(dataset.createTable("broken", { view: "SELECT nothing FROM `shop.tweets`" })),
    ).toMatchObject({ code: 400, message: "Unrecognized name: nothing at [1:8]" });
    await table.delete();
    expect(await refusal(bigquery.query("SELECT * FROM shop.ids"))).toMatchObject({
      code: 404,
      message: "Not found: Table demo:shop.tweets was not found in location US",
    });
  });

  test("with a required partition filter are read only through one", async () => {
    const [dataset] = await bigquery.createDataset("shop");
    await dataset.createTable("tweets", { ...tweets, requirePartitionFilter: true });
    await bigquery.query(
      "INSERT INTO shop.tweets (id, happened_at) VALUES ('1', TIMESTAMP '2024-01-01')",
    );
    await dataset.createTable("days", {
      view: "SELECT happened_at, COUNT(*) AS n FROM `shop.tweets` GROUP BY happened_at",
    });
    const unfiltered = [
      "SELECT * FROM shop.tweets",
      "SELECT * FROM shop.tweets WHERE id = 'happened_at'",
      "SELECT * FROM shop.days WHERE n > 0",
      "SELECT a.id FROM shop.tweets AS a JOIN shop.tweets AS b USING (id) WHERE a.happened_at > TIMESTAMP '2023-01-01'",
    ];
    for (const query of unfiltered) {
      expect(await refusal(bigquery.query(query))).toMatchObject({
        code: 400,
        message:
          "Cannot query over table 'demo.shop.tweets' without a filter over column(s) 'happened_at' that can be used for partition elimination",
      });
    }
    const filtered = [
      "SELECT * FROM shop.tweets WHERE happened_at >= TIMESTAMP '2023-01-01'",
      "SELECT * FROM shop.tweets AS t WHERE DATE(t.happened_at) = DATE '2024-01-01'",
      "SELECT n FROM shop.days WHERE happened_at BETWEEN TIMESTAMP '2024-01-01' AND TIMESTAMP '2024-01-02'",
      "SELECT n FROM shop.days WHERE happened_at IN (TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02')",
    ];
    for (const query of filtered) {
      expect((await bigquery.query(query))[0]).toHaveLength(1);
    }
  });
});

describe("query jobs", () => {
  test("return pages, through the fast path and through jobs", async () => {
    const query =
      "SELECT n, f, n > 1 AS b FROM UNNEST([1, 2, 3, 4, 5]) AS n, UNNEST([0.5]) AS f ORDER BY n";
    const expected = [1, 2, 3, 4, 5].map((n) => ({ n, f: 0.5, b: n > 1 }));
    expect((await bigquery.query({ query, maxResults: 2 }))[0]).toEqual(expected);
    const [job] = await bigquery.createQueryJob({ query, maximumBytesBilled: "1000000" });
    const [first, next] = await job.getQueryResults({ maxResults: 2, autoPaginate: false });
    expect(first).toEqual(expected.slice(0, 2));
    expect(next).toMatchObject({ pageToken: expect.any(String) });
    const [fromThird] = await job.getQueryResults({ startIndex: "3" });
    expect(fromThird).toEqual(expected.slice(3));
    const streamed: unknown[] = [];
    for await (const row of bigquery.createQueryStream(query)) streamed.push(row);
    expect(streamed).toEqual(expected);
    const [metadata] = await job.getMetadata();
    expect(metadata).toMatchObject({
      jobReference: { projectId: "demo", jobId: job.id },
      status: { state: "DONE" },
      statistics: { query: { statementType: "SELECT", referencedTables: [] } },
    });
  });

  test("can be checked without being run", async () => {
    await bigquery.createDataset("shop");
    await bigquery.dataset("shop").createTable("tweets", tweets);
    const query = "DELETE FROM shop.tweets WHERE TRUE";
    await bigquery.query(
      "INSERT INTO shop.tweets (id, happened_at) VALUES ('1', TIMESTAMP '2024-01-01')",
    );
    const [job] = await bigquery.createQueryJob({ query, dryRun: true });
    expect(job.metadata).toMatchObject({
      status: { state: "DONE" },
      statistics: { totalBytesProcessed: "0", query: { statementType: "DELETE" } },
    });
    expect((await bigquery.query("SELECT COUNT(*) AS n FROM shop.tweets"))[0]).toEqual([{ n: 1 }]);
    expect(
      await refusal(bigquery.createQueryJob({ query: "SELECT x FROM shop.tweets", dryRun: true })),
    ).toMatchObject({ code: 400, message: "Unrecognized name: x at [1:8]" });
  });

  test("use the default dataset, and are known by their id once", async () => {
    await bigquery.createDataset("shop");
    await bigquery.dataset("shop").createTable("tweets", tweets);
    const query = { query: "SELECT COUNT(*) FROM tweets", jobId: "mine" };
    const dataset = bigquery.dataset("shop");
    const [job] = await dataset.createQueryJob(query);
    expect((await job.getQueryResults())[0]).toEqual([{ f0_: 0 }]);
    expect(await refusal(dataset.createQueryJob(query))).toMatchObject({
      code: 409,
      message: "Already Exists: Job demo:US.mine",
    });
    expect(await refusal(bigquery.job("other").getMetadata())).toMatchObject({
      code: 404,
      message: "Not found: Job demo:US.other",
    });
  });

  test("that fail while running carry the reason", async () => {
    const [job] = await bigquery.createQueryJob({
      query: "SELECT ERROR(CONCAT('no ', x)) FROM UNNEST(['luck']) AS x",
    });
    expect(await refusal(job.getQueryResults())).toMatchObject({ code: 400, message: "no luck" });
    const [metadata] = await bigquery.job(job.id ?? "").getMetadata();
    expect(metadata.status).toEqual({
      state: "DONE",
      errorResult: { reason: "invalidQuery", message: "no luck", location: "query" },
      errors: [{ reason: "invalidQuery", message: "no luck", location: "query" }],
    });
  });

  test("refuse legacy SQL and destinations", async () => {
    const legacy = { query: "SELECT 1", useLegacySql: true };
    expect(await refusal(bigquery.createQueryJob(legacy))).toMatchObject({ code: 501 });
    const destination = bigquery.dataset("shop").table("copy");
    expect(
      await refusal(bigquery.createQueryJob({ query: "SELECT 1", destination })),
    ).toMatchObject({ code: 501 });
  });
});

test("writes every type as BigQuery's JSON does", async () => {
  const query = `SELECT 1 AS i, CAST(2 AS NUMERIC) AS n, 1e0 AS f, 1.5e300 AS big, 1e-7 AS small,
    TRUE AS b, b'\\x00\\xff' AS raw, DATE '2024-01-31' AS d, DATETIME '2024-01-31 10:00:00.5' AS dt,
    TIMESTAMP '2024-01-31 10:00:00.123456' AS t, JSON '{"a":[1]}' AS j, NULL AS nothing,
    [STRUCT('x' AS s, [1, 2] AS l)] AS r, CAST(NULL AS ARRAY<STRING>) AS none, 'a' AS s, 2 + 3`;
  const ask = async (formatOptions: object) => {
    const response = await fetch(`${server.restUrl}/projects/demo/queries`, {
      method: "POST",
      body: JSON.stringify({ query, useLegacySql: false, formatOptions }),
    });
    return response.json();
  };
  const answer = await ask({});
  expect(answer).toMatchObject({
    kind: "bigquery#queryResponse",
    jobComplete: true,
    totalRows: "1",
  });
  const scalar = (name: string, type: string) => ({ name, type, mode: "NULLABLE" });
  expect(answer).toHaveProperty("schema.fields", [
    scalar("i", "INTEGER"),
    scalar("n", "NUMERIC"),
    scalar("f", "FLOAT"),
    scalar("big", "FLOAT"),
    scalar("small", "FLOAT"),
    scalar("b", "BOOLEAN"),
    scalar("raw", "BYTES"),
    scalar("d", "DATE"),
    scalar("dt", "DATETIME"),
    scalar("t", "TIMESTAMP"),
    scalar("j", "JSON"),
    scalar("nothing", "INTEGER"),
    {
      name: "r",
      type: "RECORD",
      mode: "REPEATED",
      fields: [scalar("s", "STRING"), { name: "l", type: "INTEGER", mode: "REPEATED" }],
    },
    { name: "none", type: "STRING", mode: "REPEATED" },
    scalar("s", "STRING"),
    scalar("f0_", "INTEGER"),
  ]);
  const cells = (time: string) => [
    { v: "1" },
    { v: "2" },
    { v: "1.0" },
    { v: "1.5E300" },
    { v: "1.0E-7" },
    { v: "true" },
    { v: "AP8=" },
    { v: "2024-01-31" },
    { v: "2024-01-31T10:00:00.500000" },
    { v: time },
    { v: '{"a":[1]}' },
    { v: null },
    { v: [{ v: { f: [{ v: "x" }, { v: [{ v: "1" }, { v: "2" }] }] } }] },
    { v: [] },
    { v: "a" },
    { v: "5" },
  ];
  expect(answer).toHaveProperty("rows", [{ f: cells("1.706695200123456E9") }]);
  expect(await ask({ useInt64Timestamp: true })).toHaveProperty("rows", [
    { f: cells("1706695200123456") },
  ]);
  expect(await ask({ timestampOutputFormat: "ISO8601_STRING" })).toHaveProperty("rows", [
    { f: cells("2024-01-31T10:00:00.123456Z") },
  ]);
});

async function post(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${server.restUrl}/projects/demo/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return response.json();
}

describe("a statement that is sent twice", () => {
  const query = "INSERT INTO shop.tweets (id, happened_at) VALUES ('1', TIMESTAMP '2024-01-01')";
  const rows = async () => (await bigquery.query("SELECT id FROM shop.tweets"))[0].length;

  beforeEach(async () => {
    const [dataset] = await bigquery.createDataset("shop");
    await dataset.createTable("tweets", tweets);
  });

  test("in one request runs once, and again as another request", async () => {
    const body = { query, useLegacySql: false, requestId: "r1" };
    const twice = await Promise.all([post("queries", body), post("queries", body)]);
    expect(twice[0]).toMatchObject({ numDmlAffectedRows: "1" });
    expect(twice[1]).toEqual(twice[0]);
    expect(await post("queries", body)).toEqual(twice[0]);
    expect(await rows()).toBe(1);
    await post("queries", { ...body, requestId: "r2" });
    await post("queries", { ...body, query: query.replace("'1'", "'2'") });
    expect(await rows()).toBe(3);
  });

  test("as one job at the same time runs once", async () => {
    const body = {
      configuration: { query: { query, useLegacySql: false } },
      jobReference: { jobId: "once" },
    };
    const answers = await Promise.all([post("jobs", body), post("jobs", body)]);
    expect(answers.filter((one) => JSON.stringify(one).includes("Already Exists"))).toHaveLength(1);
    await bigquery.job("once").getQueryResults();
    expect(await rows()).toBe(1);
  });

  test("may be sent again when it did not start", async () => {
    const body = { query: query.replace("tweets", "later"), useLegacySql: false, requestId: "r3" };
    expect(await post("queries", body)).toHaveProperty("error");
    await bigquery.dataset("shop").createTable("later", tweets);
    expect(await post("queries", body)).toMatchObject({ numDmlAffectedRows: "1" });
  });
});

test("a result of any size is read to its end", async () => {
  const last = "2000001";
  const query = `SELECT n FROM UNNEST(GENERATE_ARRAY(1, ${last})) AS n`;
  const configuration = { query: { query, useLegacySql: false } };
  await post("jobs", { configuration, jobReference: { jobId: "large" } });
  await bigquery.job("large").promise();
  const page = `${server.restUrl}/projects/demo/queries/large?startIndex=2000000&maxResults=5`;
  expect(await (await fetch(page)).json()).toMatchObject({
    totalRows: last,
    rows: [{ f: [{ v: last }] }],
  });
});

test.each(["copy", "extract", "load"])("%s jobs are not implemented", async (kind) => {
  expect(await post("jobs", { configuration: { [kind]: {} } })).toMatchObject({
    error: { code: 501, errors: [{ reason: "notImplemented" }] },
  });
});

test("answers what is not there with 501, what is no JSON with 400", async () => {
  const post = (path: string, body: string) =>
    fetch(`${server.restUrl}${path}`, { method: "POST", body });
  expect((await post("/projects/demo/datasets/d/tables/t/insertAll", "{}")).status).toBe(501);
  expect((await post("/upload/bigquery/v2/projects/demo/jobs", "{}")).status).toBe(501);
  expect((await post("/projects/demo/queries", "{")).status).toBe(400);
  expect((await post("/bigquery/v2/projects/demo/queries", '{"query":"SELECT 1"}')).status).toBe(
    501,
  );
});

test("lets go of its file and its port when the other port is taken", async () => {
  const directory = mkdtempSync(join(tmpdir(), "local-bigquery-"));
  const database = join(directory, "warehouse.duckdb");
  const taken = Number(new URL(server.writeUrl).port);
  const restPort = await freePort();
  try {
    await expect(startBigquery({ database, restPort, writePort: taken })).rejects.toThrow();
    const again = await startBigquery({ database, restPort });
    expect(new URL(again.restUrl).port).toBe(String(restPort));
    await again.stop();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("keeps everything in its file", async () => {
  const directory = mkdtempSync(join(tmpdir(), "local-bigquery-"));
  const database = join(directory, "warehouse.duckdb");
  try {
    const first = await startBigquery({ database });
    const [dataset] = await clientOf(first).createDataset("shop", { description: "All of it" });
    await dataset.createTable("tweets", { ...tweets, requirePartitionFilter: false });
    await dataset.createTable("ids", {
      view: "SELECT id, DATE(happened_at) AS day FROM `shop.tweets`",
    });
    await dataset.query(
      "INSERT INTO shop.tweets (id, happened_at) VALUES ('1', TIMESTAMP '2024-01-01')",
    );
    const before = await Promise.all([
      dataset.getMetadata(),
      dataset.table("tweets").getMetadata(),
      dataset.table("ids").getMetadata(),
    ]);
    await first.stop();
    const second = await startBigquery({ database });
    const reopened = clientOf(second).dataset("shop");
    const after = await Promise.all([
      reopened.getMetadata(),
      reopened.table("tweets").getMetadata(),
      reopened.table("ids").getMetadata(),
    ]);
    expect(after.map(([metadata]) => metadata)).toEqual(before.map(([metadata]) => metadata));
    const [rows] = await reopened.query("SELECT id, FORMAT_DATE('%F', day) AS day FROM shop.ids");
    expect(rows).toEqual([{ id: "1", day: "2024-01-01" }]);
    await second.stop();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
