import { BigQuery } from "@google-cloud/bigquery";
import { BigQueryReadClient, protos } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

const { ARROW, AVRO } = protos.google.cloud.bigquery.storage.v1.DataFormat;
const table = "projects/demo/datasets/shop/tables/numbers";

let server: LocalBigquery;
let reader: BigQueryReadClient;

beforeAll(async () => {
  server = await startBigquery();
  const bigquery = new BigQuery({ projectId: "demo", apiEndpoint: server.restUrl });
  await bigquery.query("CREATE SCHEMA shop");
  await bigquery.query(`CREATE TABLE shop.numbers AS
    SELECT n, CONCAT('no ', CAST(n AS STRING)) AS s FROM UNNEST(GENERATE_ARRAY(1, 5000)) AS n`);
  await bigquery.query("CREATE VIEW shop.few AS SELECT n FROM shop.numbers WHERE n < 3");
  const { hostname, port } = new URL(server.writeUrl);
  reader = new BigQueryReadClient({
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: "demo",
  });
});

afterAll(async () => {
  await reader.close();
  await server.stop();
});

type Options = { selectedFields?: string[]; rowRestriction?: string };

const open = async (readOptions: Options = {}, dataFormat = ARROW, of = table) =>
  (
    await reader.createReadSession({
      parent: "projects/demo",
      readSession: { table: of, dataFormat, readOptions },
      maxStreamCount: 4,
    })
  )[0];

/** All rows of a session from `offset` on. */
async function read(
  session: protos.google.cloud.bigquery.storage.v1.IReadSession,
  offset = 0,
): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const { name } of session.streams ?? []) {
    const answers: AsyncIterable<protos.google.cloud.bigquery.storage.v1.IReadRowsResponse> =
      reader.readRows({ readStream: name ?? "", offset });
    for await (const { arrowRecordBatch } of answers) {
      const parts = [
        session.arrowSchema?.serializedSchema,
        arrowRecordBatch?.serializedRecordBatch,
      ].map((part) => Buffer.from(part ?? ""));
      rows.push(
        ...tableFromIPC(Buffer.concat(parts))
          .toArray()
          .map((row) => row.toJSON()),
      );
    }
  }
  return rows;
}

test("a table is read whole, in its order, and from any row on", async () => {
  const session = await open();
  const rows = await read(session);
  expect(rows).toHaveLength(5_000);
  expect(rows[4_999]).toEqual({ n: 5_000n, s: "no 5000" });
  expect(await read(session, 4_998)).toEqual([
    { n: 4_999n, s: "no 4999" },
    { n: 5_000n, s: "no 5000" },
  ]);
});

test("chosen columns, and rows by a restriction", async () => {
  const session = await open({ selectedFields: ["S"], rowRestriction: "n BETWEEN 7 AND 8" });
  expect(await read(session)).toEqual([{ s: "no 7" }, { s: "no 8" }]);
  expect(session.estimatedRowCount).toBe("2");
  expect(await read(await open({ rowRestriction: "n < 0" }))).toEqual([]);
});

test.each([
  ["a table that is not there", {}, ARROW, `${table}s`, "5 NOT_FOUND: Not found: Table"],
  ["a view", {}, ARROW, table.replace("numbers", "few"), "3 INVALID_ARGUMENT"],
  ["no table at all", {}, ARROW, "numbers", "3 INVALID_ARGUMENT: Invalid table: numbers"],
  ["Avro", {}, AVRO, table, "12 UNIMPLEMENTED: Only the data format ARROW is implemented"],
  ["a wrong restriction", { rowRestriction: "m < 3" }, ARROW, table, "Unrecognized name: m"],
])("%s is refused", async (_, options, format, of, reason) => {
  await expect(open(options, format, of)).rejects.toThrow(reason);
});

test("a stream that is not there is refused", async () => {
  const streams = [{ name: "projects/demo/locations/us/sessions/1/streams/0" }];
  await expect(read({ streams })).rejects.toThrow("5 NOT_FOUND: Not found: Read stream");
});
