import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

const run = promisify(execFile);
const python = process.env.BIGQUERY_CLIENTS_PYTHON ?? "python3";
const works = (command: string, ...given: string[]) => spawnSync(command, given).status === 0;
const hasPython = works(python, "-c", "import google.cloud.bigquery");
const hasPandasGbq = works(python, "-c", "import pandas_gbq");
const hasReader = works(python, "-c", "import google.cloud.bigquery_storage, pandas, pyarrow");
const hasIbis = works(python, "-c", "import ibis; ibis.bigquery");
const dbt = join(dirname(python), "dbt");
const hasDbt = works(dbt, "--version");
const hasBq = works("bq", "version");
if (!hasPython)
  console.warn(`skipped: ${python} has no google-cloud-bigquery (BIGQUERY_CLIENTS_PYTHON)`);
if (!hasPandasGbq) console.warn(`skipped: ${python} has no pandas_gbq`);
if (!hasReader)
  console.warn(`skipped: ${python} has no google-cloud-bigquery-storage with pandas and pyarrow`);
if (!hasIbis) console.warn(`skipped: ${python} has no ibis-framework[bigquery]`);
if (!hasDbt) console.warn(`skipped: no dbt beside ${python}`);
if (!hasBq) console.warn("skipped: no bq on the PATH");

let server: LocalBigquery;
let home: string;

async function ask(query: string): Promise<void> {
  const response = await fetch(`${server.restUrl}/projects/demo/queries`, {
    method: "POST",
    body: JSON.stringify({ query, useLegacySql: false }),
  });
  expect(response.status).toBe(200);
}

beforeAll(async () => {
  server = await startBigquery();
  home = mkdtempSync(join(tmpdir(), "bigquery-clients-"));
  writeFileSync(join(home, "token"), "local");
  await ask("CREATE SCHEMA shop");
  await ask(`CREATE TABLE shop.numbers AS
    SELECT n, CAST(n AS STRING) AS s, TIMESTAMP_SECONDS(n) AS t
    FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n`);
});

afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

test.runIf(hasPython)("google-cloud-bigquery", async () => {
  const script = new URL("../support/bigquery-client.py", import.meta.url).pathname;
  const { stdout } = await run(python, [script, server.restUrl]);
  const answers: unknown = JSON.parse(stdout);
  expect(answers).toMatchObject({
    rows: [
      [24, "24", "1970-01-01T00:00:24+00:00"],
      [25, "25", "1970-01-01T00:00:25+00:00"],
    ],
    waited: [1],
    paged: 25,
    listed: 25,
    tables: ["numbers"],
    changed: 5,
    refused: expect.stringContaining("Unrecognized name: nothing at [1:8]"),
  });
  if (typeof answers === "object" && answers !== null && "frame" in answers) {
    expect(answers).toMatchObject({
      frame: [
        [1, "1"],
        [2, "2"],
      ],
      arrow: [
        { n: 1, s: "1" },
        { n: 2, s: "2" },
      ],
    });
  }
});

test.runIf(hasPandasGbq)("pandas_gbq", async () => {
  const script = `
import sys
import pandas_gbq
from google.auth.credentials import AnonymousCredentials
query = "SELECT n, s FROM shop.numbers WHERE n <= 3 ORDER BY n"
frame = pandas_gbq.read_gbq(query, project_id="demo", credentials=AnonymousCredentials(), progress_bar_type=None)
print(frame.to_json(orient="values"))
`;
  const env = { ...process.env, BIGQUERY_EMULATOR_HOST: server.restUrl };
  const { stdout } = await run(python, ["-c", script], { env });
  expect(JSON.parse(stdout)).toEqual([
    [1, "1"],
    [2, "2"],
    [3, "3"],
  ]);
});

/** A Python client of the Storage Read API, of the address in argv[2]. */
const readClient = `
import json, sys
import grpc
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery_storage import BigQueryReadClient
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport
anonymous = AnonymousCredentials()
options = ClientOptions(api_endpoint=sys.argv[1])
client = bigquery.Client(project="demo", credentials=anonymous, client_options=options)
channel = grpc.insecure_channel(sys.argv[2])
reader = BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
`;
const addresses = () => [server.restUrl, new URL(server.writeUrl).host];

test.runIf(hasIbis)("ibis", async () => {
  const script = `${readClient}
import ibis
connection = ibis.bigquery.connect(project_id="demo", dataset_id="shop", client=client, credentials=anonymous, storage_client=reader)
numbers = connection.table("numbers")
digits = numbers.filter(numbers.n <= 20).group_by(numbers.s.length().name("digits"))
totals = digits.agg(k=ibis._.count(), least=ibis._.n.min()).order_by("digits")
print(json.dumps(totals.execute().values.tolist()))
`;
  const { stdout } = await run(python, ["-c", script, ...addresses()]);
  expect(JSON.parse(stdout)).toEqual([
    [1, 9, 1],
    [2, 11, 10],
  ]);
});

test.runIf(hasReader)("DataFrames by the Storage Read API", async () => {
  const script = `${readClient}
query = """SELECT 1 AS i, -9223372036854775808 AS least, 0.1 AS f, NUMERIC '-12345678901234567890.123456789' AS d,
  TRUE AS b, 'grüße' AS s, FROM_HEX('00ff') AS y, TIMESTAMP '2019-07-03 06:00:00.000001+00' AS t,
  DATE '1969-12-31' AS day, DATETIME '2019-07-03 06:00:00.000001' AS at_noon, JSON '{"a":1}' AS j,
  [1, 2] AS list, STRUCT('x' AS name, [STRUCT(2 AS n)] AS items) AS record, CAST(NULL AS STRING) AS nothing
UNION ALL SELECT 2, 0, NULL, NULL, FALSE, '', NULL, NULL, NULL, NULL, NULL, [], NULL, 'something'
ORDER BY 1"""
rows = client.query(query).result().to_arrow(bqstorage_client=reader).to_pylist()
rows[0]["least"] = str(rows[0]["least"])
frame = client.query("SELECT n, s FROM shop.numbers ORDER BY n LIMIT 2").result().to_dataframe(bqstorage_client=reader)
listed = client.list_rows("demo.shop.numbers").to_dataframe(bqstorage_client=reader)
many = client.query("SELECT n FROM UNNEST(GENERATE_ARRAY(1, 100000)) AS n").result().to_dataframe(bqstorage_client=reader)
print(json.dumps([rows, frame.values.tolist(), len(listed), int(many["n"].sum())], default=str))
`;
  const { stdout } = await run(python, ["-c", script, ...addresses()]);
  expect(JSON.parse(stdout)).toEqual([
    [
      {
        i: 1,
        least: "-9223372036854775808",
        f: 0.1,
        d: "-12345678901234567890.123456789",
        b: true,
        s: "grüße",
        y: "b'\\x00\\xff'",
        t: "2019-07-03 06:00:00.000001+00:00",
        day: "1969-12-31",
        at_noon: "2019-07-03 06:00:00.000001",
        j: '{"a":1}',
        list: [1, 2],
        record: { name: "x", items: [{ n: 2 }] },
        nothing: null,
      },
      {
        i: 2,
        least: 0,
        f: null,
        d: null,
        b: false,
        s: "",
        y: null,
        t: null,
        day: null,
        at_noon: null,
        j: null,
        list: [],
        record: null,
        nothing: "something",
      },
    ],
    [
      [1, "1"],
      [2, "2"],
    ],
    expect.any(Number),
    5_000_050_000,
  ]);
});

test.runIf(hasDbt)("dbt debug, and run of a view and a table", async () => {
  const project = join(home, "dbt");
  mkdirSync(join(project, "models"), { recursive: true });
  const write = (file: string, text: string) => writeFileSync(join(project, file), text);
  write("dbt_project.yml", 'name: lab\nversion: "1.0"\nprofile: lab\nmodel-paths: ["models"]\n');
  write(
    "profiles.yml",
    `lab:
  target: dev
  outputs:
    dev: {type: bigquery, method: oauth-secrets, token: local, project: demo, dataset: lab, threads: 1, api_endpoint: "${server.restUrl}"}
`,
  );
  write("models/few.sql", "SELECT n, s FROM shop.numbers WHERE n <= 3");
  write(
    "models/kept.sql",
    "{{ config(materialized='table') }} SELECT COUNT(*) AS k, SUM(n) AS total FROM {{ ref('few') }}",
  );
  const env = { ...process.env, HOME: home, DO_NOT_TRACK: "1" };
  const runDbt = async (...given: string[]) =>
    (await run(dbt, [...given, "--profiles-dir", "."], { cwd: project, env })).stdout;
  expect(await runDbt("debug")).toContain("All checks passed!");
  expect(await runDbt("run")).toContain("PASS=2");
  const response = await fetch(`${server.restUrl}/projects/demo/queries`, {
    method: "POST",
    body: JSON.stringify({ query: "SELECT k, total FROM lab.kept", useLegacySql: false }),
  });
  expect(await response.json()).toMatchObject({ rows: [{ f: [{ v: "3" }, { v: "6" }] }] });
});

test.runIf(hasBq)("bq", async () => {
  const where = ["--api", server.restUrl, "--project_id", "demo", "--quiet", "--headless"];
  const env = {
    ...process.env,
    HOME: home,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(home, "token"),
  };
  const commands = [
    ["ls", "shop"],
    ["ls shop", "numbers   TABLE"],
    ["show shop.numbers", "n: integer"],
    ["head -n 1 shop.numbers", "1970-01-01 00:00:01"],
    ["query --nouse_legacy_sql 'SELECT MAX(n) AS most FROM shop.numbers WHERE n < 7'", "|    6 |"],
  ];
  // Of its many seconds nearly all are for starting: it takes commands one after another, too.
  const shell = run("bq", [...where, "shell"], { env });
  shell.child.stdin?.end(`${commands.map(([command]) => `${command}\n`).join("")}quit\n`);
  const [, ...answers] = (await shell).stdout.split("demo> ");
  expect(answers).toEqual([
    ...commands.map(([, expected]) => expect.stringContaining(expected ?? "")),
    "Goodbye.\n",
  ]);
});
