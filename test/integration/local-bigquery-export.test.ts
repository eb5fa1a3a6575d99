import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { BigQuery } from "@google-cloud/bigquery";
import { Storage } from "@google-cloud/storage";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startStorage } from "../local-cloud/storage/start-storage.ts";

const projectId = "exports";
let directory: string;
let storage: Awaited<ReturnType<typeof startStorage>>;
let server: LocalBigquery;
let bigquery: BigQuery;
let lake: Storage;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hourtally-exports-"));
  storage = await startStorage({ port: 0, directory, publish: async () => undefined });
  server = await startBigquery({ storageUrl: storage.url });
  vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.restUrl);
  vi.stubEnv("STORAGE_EMULATOR_HOST", storage.url);
  bigquery = new BigQuery({ projectId });
  lake = new Storage({ projectId });
  await lake.createBucket("lake");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await storage.stop();
  await rm(directory, { recursive: true });
});

const options = (name: string, more = "") =>
  `OPTIONS (uri = 'gs://lake/${name}', format = 'PARQUET'${more})`;

async function readBack(name: string): Promise<ArrayBuffer> {
  const [bytes] = await lake.bucket("lake").file(name).download();
  return new Uint8Array(bytes).buffer;
}

test("the rows of a query become an object, in their order, with all their types", async () => {
  const [job] = await bigquery.createQueryJob(`
    EXPORT DATA ${options("types/part-*.parquet", ", compression = 'SNAPPY'")} AS
    SELECT 'é' AS text, 9007199254740993 AS whole, 1.5 AS half, TRUE AS yes, b'\\x00\\xff' AS raw,
      DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.000006+00' AS moment
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL
    ORDER BY text NULLS LAST`);
  const [rows] = await job.getQueryResults();
  expect(rows).toEqual([]);
  expect(job.metadata.statistics.query).toMatchObject({ statementType: "EXPORT_DATA" });
  const [metadata] = await job.getMetadata();
  expect(metadata.statistics.query.exportDataStatistics).toEqual({ fileCount: "1", rowCount: "2" });

  const file = await readBack("types/part-000000000000.parquet");
  expect(await parquetReadObjects({ file, utf8: false })).toEqual([
    {
      text: "é",
      whole: 9007199254740993n,
      half: 1.5,
      yes: true,
      raw: new Uint8Array([0, 255]),
      day: new Date("2026-01-02T00:00:00Z"),
      moment: new Date("2026-01-02T03:04:05.000Z"),
    },
    { text: null, whole: null, half: null, yes: null, raw: null, day: null, moment: null },
  ]);
});

test("a file of many keys tells the bounds of its parts, by which one key is found", async () => {
  await bigquery.query(`EXPORT DATA ${options("keys/*.parquet")} AS
    SELECT CONCAT('example.org/a-long-way/', LPAD(CAST(n AS STRING), 6, '0')) AS url_key, n AS mentions
    FROM UNNEST(GENERATE_ARRAY(1, 50000)) AS n ORDER BY url_key`);
  const file = await readBack("keys/000000000000.parquet");
  const { row_groups: groups } = parquetMetadata(file);
  const bounds = groups.map(({ columns }) => columns[0]?.meta_data?.statistics);
  expect(bounds.map((one) => [one?.min_value, one?.max_value])).toEqual([
    ["example.org/a-long-way/000001", "example.org/a-long-way/020000"],
    ["example.org/a-long-way/020001", "example.org/a-long-way/040000"],
    ["example.org/a-long-way/040001", "example.org/a-long-way/050000"],
  ]);
  let read = 0;
  const counting = {
    byteLength: file.byteLength,
    slice: (from: number, to?: number) => {
      read += (to ?? file.byteLength) - from;
      return file.slice(from, to);
    },
  };
  const rows = await parquetReadObjects({
    file: counting,
    metadata: parquetMetadata(file),
    filter: { url_key: { $eq: "example.org/a-long-way/030000" } },
    usePageIndex: true,
  });
  expect(rows).toEqual([{ url_key: "example.org/a-long-way/030000", mentions: 30000n }]);
  expect(read).toBeLessThan(file.byteLength / 5);
});

test("no rows make a file that says which columns there would be", async () => {
  await bigquery.query(
    `EXPORT DATA ${options("none/*.parquet")} AS SELECT 'a' AS url_key, 1 AS mentions LIMIT 0`,
  );
  const file = await readBack("none/000000000000.parquet");
  expect(parquetMetadata(file).schema.map(({ name }) => name)).toEqual([
    "root",
    "url_key",
    "mentions",
  ]);
  expect(await parquetReadObjects({ file })).toEqual([]);
});

test("as CSV, with a header, plain or as gzip", async () => {
  const rows = `SELECT 'a "b", c' AS text, 7 AS whole, 1.5 AS half, TRUE AS yes,
      DATE '2026-01-02' AS day, DATETIME '2026-01-02 03:04:05' AS civil,
      TIMESTAMP '2026-01-02 03:04:05.678+00' AS moment
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL
    ORDER BY text NULLS LAST`;
  const csv = [
    "text,whole,half,yes,day,civil,moment",
    '"a ""b"", c",7,1.5,true,2026-01-02,2026-01-02T03:04:05,2026-01-02 03:04:05.678 UTC',
    ",,,,,,",
    "",
  ];
  const write = (name: string, more: string) =>
    bigquery.query(
      `EXPORT DATA OPTIONS (uri = 'gs://lake/csv/${name}-*', format = 'CSV'${more}) AS ${rows}`,
    );
  await write("plain", "");
  await write("bare", ", header = FALSE");
  await write("gzip", ", compression = 'GZIP'");
  const read = async (name: string) => Buffer.from(await readBack(`csv/${name}-000000000000`));
  expect((await read("plain")).toString().split("\n")).toEqual(csv);
  expect((await read("bare")).toString().split("\n")).toEqual(csv.slice(1));
  expect(
    gunzipSync(await read("gzip"))
      .toString()
      .split("\n"),
  ).toEqual(csv);
  await expect(
    bigquery.query(
      `EXPORT DATA OPTIONS (uri = 'gs://lake/csv/list-*', format = 'CSV') AS SELECT [1] AS list`,
    ),
  ).rejects.toThrow("Operation cannot be performed on a nested schema. Field: list");
});

describe("refused", () => {
  test("what is there already, unless it may be replaced", async () => {
    const write = (value: number, more = "") =>
      bigquery.query(`EXPORT DATA ${options("twice/*.parquet", more)} AS SELECT ${value} AS n`);
    await write(1);
    await expect(write(2)).rejects.toThrow("already exists");
    expect(
      await parquetReadObjects({ file: await readBack("twice/000000000000.parquet") }),
    ).toEqual([{ n: 1n }]);
    await write(3, ", overwrite = true");
    expect(
      await parquetReadObjects({ file: await readBack("twice/000000000000.parquet") }),
    ).toEqual([{ n: 3n }]);
  });

  test.each([
    ["uri = 'gs://lake/a-*'", "Option 'format' is required"],
    ["format = 'PARQUET'", "Option 'uri' is required"],
    ["format = 'PARQUET', uri = 'gs://lake/none'", "exactly one wildcard"],
    ["format = 'PARQUET', uri = 'gs://lake/*/*'", "exactly one wildcard"],
    ["format = 'PARQUET', uri = 's3://lake/*'", "exactly one wildcard"],
    ["format = 'AVRO', uri = 'gs://lake/a-*'", "format AVRO is not implemented"],
    ["format = 'CSV', uri = 'gs://lake/a-*', compression = 'SNAPPY'", "SNAPPY of EXPORT DATA"],
    ["format = 'PARQUET', uri = 'gs://lake/a-*', header = true", "option header of EXPORT DATA"],
    ["format = 'PARQUET', uri = 'gs://lake/a-*', compression = 'ZSTD'", "ZSTD of EXPORT DATA"],
    ["format = 'PARQUET', uri = 'gs://nowhere/a-*'", "Not found: Bucket nowhere"],
  ])("OPTIONS (%s)", async (wrong, message) => {
    await expect(bigquery.query(`EXPORT DATA OPTIONS (${wrong}) AS SELECT 1 AS n`)).rejects.toThrow(
      message,
    );
  });

  test.each([
    ["SELECT [1] AS list", "a column like list"],
    ["SELECT STRUCT(1 AS a) AS record", "a column like record"],
    ["SELECT 1 AS n, 2 AS n", "Duplicate column names"],
  ])("%s", async (query, message) => {
    await expect(
      bigquery.query(`EXPORT DATA ${options("kinds/*.parquet")} AS ${query}`),
    ).rejects.toThrow(message);
    await expect(readBack("kinds/000000000000.parquet")).rejects.toThrow("No such object");
  });

  test.each([
    ["EXPORT DATA AS SELECT 1 AS n", "Expected keyword OPTIONS but got keyword AS"],
    ["EXPORT MODEL a", "EXPORT MODEL is not implemented"],
  ])("%s", async (sql, message) => {
    await expect(bigquery.query(sql)).rejects.toThrow(message);
  });
});
