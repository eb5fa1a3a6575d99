import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { adapt, managedwriter, protos } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { refusal } from "../support/refusal.ts";

type Column = { name: string; type: string; mode?: string; fields?: Column[] };

let server: LocalBigquery;
let bigquery: BigQuery;
let client: managedwriter.WriterClient;
let problems: unknown[];

beforeAll(async () => {
  server = await startBigquery();
  process.env.BIGQUERY_EMULATOR_HOST = server.restUrl;
  bigquery = new BigQuery({ projectId: "demo" });
  client = clientOf(server.writeUrl);
});

afterAll(async () => {
  client.close();
  await server.stop();
});

beforeEach(async () => {
  problems = [];
  await bigquery.createDataset("shop");
});

afterEach(async () => {
  await bigquery.dataset("shop").delete({ force: true });
});

function clientOf(writeUrl: string): managedwriter.WriterClient {
  const { hostname, port } = new URL(writeUrl);
  return new managedwriter.WriterClient({
    projectId: "demo",
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  });
}

const tweets: Column[] = [
  { name: "id", type: "STRING", mode: "REQUIRED" },
  { name: "happened_at", type: "TIMESTAMP" },
  {
    name: "links",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      { name: "url_key", type: "STRING", mode: "REQUIRED" },
      { name: "seen", type: "TIMESTAMP" },
    ],
  },
];

const fullView = protos.google.cloud.bigquery.storage.v1.WriteStreamView.FULL;

const pathOf = (table: string) => `projects/demo/datasets/shop/tables/${table}`;

async function createTable(name: string, fields: Column[]): Promise<void> {
  await bigquery.dataset("shop").createTable(name, { schema: { fields } });
}

/** A writer whose descriptor is made from `columns`, which need not be the table's. */
async function writerFor(
  table: string,
  columns: Column[],
  stream = managedwriter.DefaultStream,
  writes = client,
) {
  const connection = await writes.createStreamConnection({
    streamId: stream,
    destinationTable: pathOf(table),
  });
  connection.onConnectionError((error) => problems.push(error));
  const schema = adapt.convertBigQuerySchemaToStorageTableSchema({ fields: columns });
  const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(schema, "Row");
  return new managedwriter.JSONWriter({ connection, protoDescriptor });
}

async function rowsOf(query: string): Promise<unknown> {
  const [rows] = await bigquery.query(query);
  return JSON.parse(JSON.stringify(rows));
}

describe("appending", () => {
  test("makes rows of every type readable before it answers", async () => {
    const columns: Column[] = [
      { name: "s", type: "STRING", mode: "REQUIRED" },
      { name: "raw", type: "BYTES" },
      { name: "i", type: "INTEGER" },
      { name: "f", type: "FLOAT" },
      { name: "n", type: "NUMERIC" },
      { name: "b", type: "BOOLEAN" },
      { name: "t", type: "TIMESTAMP" },
      { name: "d", type: "DATE" },
      { name: "dt", type: "DATETIME" },
      { name: "j", type: "JSON" },
      {
        name: "r",
        type: "RECORD",
        fields: [
          { name: "happened_at", type: "TIMESTAMP" },
          { name: "raws", type: "BYTES", mode: "REPEATED" },
        ],
      },
      { name: "many", type: "INTEGER", mode: "REPEATED" },
      { name: "none", type: "STRING", mode: "REPEATED" },
    ];
    await createTable("everything", columns);
    const writer = await writerFor("everything", columns);
    const answer = await writer
      .appendRows([
        {
          s: 'ü😀 "quoted" \\ \n \u0000 end',
          raw: "AP8=",
          i: "-9007199254740993",
          f: 0.1,
          n: "-12345678901234567890.123456789",
          b: true,
          t: new Date("2024-01-31T10:00:00.123Z"),
          d: new Date("1969-12-31"),
          dt: "2024-01-31 10:00:00.5",
          j: '{"a": [1, "ü"]}',
          r: { happened_at: new Date("1900-01-01T00:00:00Z"), raws: ["YQ==", ""] },
          many: [1, -1, 0],
        },
        { s: "" },
      ])
      .getResult();
    expect(answer).toMatchObject({
      response: "appendResult",
      rowErrors: [],
      writeStream: `${pathOf("everything")}/streams/_default`,
    });
    const query = "SELECT * FROM shop.everything ORDER BY s DESC";
    const response = await fetch(`${server.restUrl}/projects/demo/queries`, {
      method: "POST",
      body: JSON.stringify({
        query,
        useLegacySql: false,
        formatOptions: { useInt64Timestamp: true },
      }),
    });
    const nothing = { v: null };
    expect(await response.json()).toHaveProperty("rows", [
      {
        f: [
          { v: 'ü😀 "quoted" \\ \n \u0000 end' },
          { v: "AP8=" },
          { v: "-9007199254740993" },
          { v: "0.1" },
          { v: "-12345678901234567890.123456789" },
          { v: "true" },
          { v: "1706695200123000" },
          { v: "1969-12-31" },
          { v: "2024-01-31T10:00:00.500000" },
          { v: '{"a": [1, "ü"]}' },
          { v: { f: [{ v: "-2208988800000000" }, { v: [{ v: "YQ==" }, { v: "" }] }] } },
          { v: [{ v: "1" }, { v: "-1" }, { v: "0" }] },
          { v: [] },
        ],
      },
      { f: [{ v: "" }, ...Array.from({ length: 10 }, () => nothing), { v: [] }, { v: [] }] },
    ]);
  });

  test("works with the schema the server tells, and by either name of the stream", async () => {
    await createTable("tweets", tweets);
    const name = `${pathOf("tweets")}/streams/_default`;
    const basic = await client.getWriteStream({ streamId: name });
    expect(basic).toMatchObject({ name, type: "COMMITTED", tableSchema: null });
    const full = await client.getWriteStream({
      streamId: `${pathOf("tweets")}/_default`,
      view: fullView,
    });
    expect(full.tableSchema?.fields).toMatchObject([
      { name: "id", type: "STRING", mode: "REQUIRED" },
      { name: "happened_at", type: "TIMESTAMP", mode: "NULLABLE" },
      {
        name: "links",
        type: "STRUCT",
        mode: "REPEATED",
        fields: [{ name: "url_key" }, { name: "seen" }],
      },
    ]);
    const connection = await client.createStreamConnection({
      streamId: `${pathOf("tweets")}/_default`,
    });
    const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(
      full.tableSchema ?? {},
      "Row",
    );
    const writer = new managedwriter.JSONWriter({ connection, protoDescriptor });
    await writer.appendRows([{ id: "1", links: [{ url_key: "k" }] }]).getResult();
    expect(await rowsOf("SELECT id, happened_at, links FROM shop.tweets")).toEqual([
      { id: "1", happened_at: null, links: [{ url_key: "k", seen: null }] },
    ]);
  });

  test("keeps hundreds of concurrent requests apart and whole", async () => {
    await createTable("tweets", tweets);
    const writers = await Promise.all([1, 2, 3].map(() => writerFor("tweets", tweets)));
    const requests = Array.from({ length: 300 }, (_, request) => {
      const rows = Array.from({ length: 1 + (request % 50) }, (_, row) => ({
        id: `${request}-${row}`,
        happened_at: request * 1_000_000,
        links: [{ url_key: `k${row}` }],
      }));
      return { rows, writer: writers[request % writers.length] ?? expect.fail("no writer") };
    });
    await Promise.all(requests.map(({ rows, writer }) => writer.appendRows(rows).getResult()));
    const total = requests.reduce((sum, { rows }) => sum + rows.length, 0);
    expect(
      await rowsOf(`SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids,
        COUNTIF(SPLIT(id, '-')[OFFSET(1)] = SUBSTR(links[OFFSET(0)].url_key, 2)) AS fitting
        FROM shop.tweets`),
    ).toEqual([{ n: total, ids: total, fitting: total }]);
  });

  test("tells writers that the table has grown, and takes the new column", async () => {
    await createTable("tweets", tweets);
    const writer = await writerFor("tweets", tweets);
    await writer.appendRows([{ id: "1" }]).getResult();
    const grown = [...tweets, { name: "author", type: "STRING" }];
    await bigquery
      .dataset("shop")
      .table("tweets")
      .setMetadata({ schema: { fields: grown } });
    const answer = await writer.appendRows([{ id: "2" }]).getResult();
    expect(answer.updatedSchema?.fields?.map(({ name }) => name)).toEqual([
      "id",
      "happened_at",
      "links",
      "author",
    ]);
    const again = await writer.appendRows([{ id: "3" }]).getResult();
    expect(again.updatedSchema).toBeNull();
    const knowing = await writerFor("tweets", grown);
    await knowing.appendRows([{ id: "4", author: "ann" }]).getResult();
    expect(await rowsOf("SELECT id, author FROM shop.tweets ORDER BY id")).toEqual([
      { id: "1", author: null },
      { id: "2", author: null },
      { id: "3", author: null },
      { id: "4", author: "ann" },
    ]);
  });
});

describe("refusing", () => {
  test("names the faulty rows and appends none of the request", async () => {
    await createTable("tweets", tweets);
    // Optional in the writer's schema, so that the server has to notice.
    const loose = tweets.map((column) => ({
      ...column,
      mode: column.mode === "REQUIRED" ? "NULLABLE" : (column.mode ?? "NULLABLE"),
      ...(column.fields
        ? { fields: column.fields.map(({ name, type }) => ({ name, type, mode: "NULLABLE" })) }
        : {}),
    }));
    const writer = await writerFor("tweets", loose);
    const late = "253402300800000000";
    const answer = await writer
      .appendRows([
        { id: "1" },
        { happened_at: 1 },
        { id: "2", happened_at: late },
        { id: "3", links: [{ url_key: "k" }, { seen: 1 }] },
        { id: "4", links: [{ url_key: "k", seen: `-${late}` }] },
      ])
      .getResult();
    expect(answer.error).toMatchObject({
      code: 3,
      message: expect.stringContaining("row_errors field"),
    });
    expect(answer).toMatchObject({ response: "error" });
    expect(answer.rowErrors).toEqual([
      { index: "1", code: "FIELDS_ERROR", message: "Required field Row.id is missing" },
      {
        index: "2",
        code: "FIELDS_ERROR",
        message:
          "Field Row.happened_at: TIMESTAMP value 253402300800000000 is out of range, allowed is -62135596800000000 to 253402300799999999",
      },
      { index: "3", code: "FIELDS_ERROR", message: "Required field Row.links.url_key is missing" },
      {
        index: "4",
        code: "FIELDS_ERROR",
        message: expect.stringContaining(
          "Field Row.links.seen: TIMESTAMP value -253402300800000000",
        ),
      },
    ]);
    expect(await rowsOf("SELECT * FROM shop.tweets")).toEqual([]);
    const next = await writer.appendRows([{ id: "5" }]).getResult();
    expect(next).toMatchObject({ response: "appendResult" });
    expect(await rowsOf("SELECT id FROM shop.tweets")).toEqual([{ id: "5" }]);
    expect(problems).toEqual([]);
  });

  test.each<[string, Column[], number, RegExp]>([
    [
      "a column the table does not have",
      [...tweets, { name: "more", type: "STRING" }],
      3,
      /extra fields: 'more'/,
    ],
    [
      "a column of another type",
      [
        { name: "id", type: "STRING", mode: "REQUIRED" },
        { name: "happened_at", type: "STRING" },
      ],
      3,
      /^.*mismatched with BigQuery field at Row\.happened_at, the proto field type string, BigQuery field type TIMESTAMP/,
    ],
    [
      "no column for what is required",
      [{ name: "happened_at", type: "TIMESTAMP" }],
      3,
      /required field Row\.id is missing/,
    ],
    [
      "a list where there is one value",
      [{ name: "id", type: "STRING", mode: "REPEATED" }],
      3,
      /proto field is repeated/,
    ],
  ])("ends the connection over %s", async (_, columns, code, message) => {
    await createTable("tweets", tweets);
    const writer = await writerFor("tweets", columns);
    const row = columns.some(({ mode }) => mode === "REQUIRED") ? { id: "1" } : {};
    const error = await refusal(writer.appendRows([row]).getResult());
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    const good = await writerFor("tweets", tweets);
    await good.appendRows([{ id: "1" }]).getResult();
    expect(await rowsOf("SELECT id FROM shop.tweets")).toEqual([{ id: "1" }]);
  });

  test("knows no missing tables, no views, no other streams and no offsets", async () => {
    await createTable("tweets", tweets);
    await bigquery.dataset("shop").createTable("view", { view: "SELECT 'x' AS id" });
    const append = async (table: string, stream?: string, offset?: number) => {
      const writer = await writerFor(table, tweets, stream);
      return refusal(writer.appendRows([{ id: "1" }], offset).getResult());
    };
    expect(await append("missing")).toMatchObject({
      code: 5,
      message: expect.stringContaining("Not found: Table demo:shop.missing"),
    });
    expect(await append("view")).toMatchObject({ code: 3 });
    expect(await append("tweets", `${pathOf("tweets")}/streams/mine`)).toMatchObject({ code: 12 });
    expect(await append("tweets", undefined, 0)).toMatchObject({ code: 3 });
    expect(
      await refusal(
        client.createWriteStream({ streamType: "PENDING", destinationTable: pathOf("tweets") }),
      ),
    ).toMatchObject({ code: 12 });
    expect(await rowsOf("SELECT id FROM shop.tweets")).toEqual([]);
  });

  test("takes 20 MB in one request and not more", async () => {
    await createTable("tweets", tweets);
    const megabyte = "x".repeat(1_048_576);
    const rows = (count: number) => Array.from({ length: count }, () => ({ id: megabyte }));
    const writer = await writerFor("tweets", tweets);
    expect(await refusal(writer.appendRows(rows(20)).getResult())).toMatchObject({
      code: 3,
      message: expect.stringContaining("MessageSize is too large"),
    });
    const fitting = await writerFor("tweets", tweets);
    await fitting.appendRows(rows(19)).getResult();
    expect(await rowsOf("SELECT COUNT(*) AS n, MAX(LENGTH(id)) AS size FROM shop.tweets")).toEqual([
      { n: 19, size: 1_048_576 },
    ]);
  });
});

test("what was answered survives a crash of the server", async () => {
  const directory = mkdtempSync(join(tmpdir(), "local-bigquery-"));
  const database = join(directory, "warehouse.duckdb");
  const module = new URL("../local-cloud/bigquery/start-bigquery.ts", import.meta.url);
  const script = `
    const { startBigquery } = await import(${JSON.stringify(module.href)});
    console.log(JSON.stringify(await startBigquery({ database: ${JSON.stringify(database)} })));`;
  const crashing = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  try {
    const [line] = await once(crashing.stdout, "data");
    const urls = z.object({ restUrl: z.string(), writeUrl: z.string() }).parse(JSON.parse(line));
    process.env.BIGQUERY_EMULATOR_HOST = urls.restUrl;
    const warehouse = new BigQuery({ projectId: "demo" });
    const [dataset] = await warehouse.createDataset("shop");
    const [table] = await dataset.createTable("tweets", { schema: { fields: tweets } });
    const writes = clientOf(urls.writeUrl);
    const writer = await writerFor("tweets", tweets, managedwriter.DefaultStream, writes);
    await writer.appendRows([{ id: "1" }]).getResult();
    const grown = [...tweets, { name: "tags", type: "STRING", mode: "REPEATED" }];
    await table.setMetadata({ schema: { fields: grown } });
    await writer.appendRows([{ id: "2" }]).getResult();
    const crashed = once(crashing, "exit");
    crashing.kill("SIGKILL");
    await crashed;
    writes.close();
    const reopened = await startBigquery({ database });
    process.env.BIGQUERY_EMULATOR_HOST = reopened.restUrl;
    const [rows] = await new BigQuery({ projectId: "demo" }).query(
      "SELECT id, ARRAY_LENGTH(tags) AS tags FROM shop.tweets ORDER BY id",
    );
    expect(rows).toEqual([
      { id: "1", tags: 0 },
      { id: "2", tags: 0 },
    ]);
    await reopened.stop();
  } finally {
    crashing.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  }
});

describe("made-up faults", () => {
  test("fail appends before or after they are committed, the same way for the same seed", async () => {
    await createTable("tweets", tweets);
    const outcomes = async (prefix: string) => {
      server.setFaults({ appendErrorRate: 0.3, committedButErrorRate: 0.3, seed: 7 });
      const writer = await writerFor("tweets", tweets);
      const answers: string[] = [];
      for (let index = 0; index < 30; index += 1) {
        const code = await writer
          .appendRows([{ id: `${prefix}${index}` }])
          .getResult()
          .then(
            () => 0,
            (error: { code: number }) => error.code,
          );
        answers.push(code === 0 ? "committed" : `error ${code}`);
      }
      server.setFaults(undefined);
      const found = new Set(
        JSON.stringify(
          await rowsOf(`SELECT id FROM shop.tweets WHERE STARTS_WITH(id, '${prefix}')`),
        )
          .match(/\d+(?=")/g)
          ?.map(Number),
      );
      return answers.map((answer, index) => `${answer}, ${found.has(index) ? "there" : "lost"}`);
    };
    const first = await outcomes("a");
    expect(new Set(first)).toEqual(
      new Set(["committed, there", "error 14, lost", "error 14, there"]),
    );
    expect(await outcomes("b")).toEqual(first);
  });
});
