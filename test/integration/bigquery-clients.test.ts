import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

const run = promisify(execFile);
const python = process.env.BIGQUERY_CLIENTS_PYTHON ?? "python3";
const works = (command: string, ...given: string[]) => spawnSync(command, given).status === 0;
const hasPython = works(python, "-c", "import google.cloud.bigquery");
const hasPandasGbq = works(python, "-c", "import pandas_gbq");
const hasIbis = works(python, "-c", "import ibis; ibis.bigquery");
const dbt = join(dirname(python), "dbt");
const hasDbt = works(dbt, "--version");
const hasBq = works("bq", "version");
if (!hasPython)
  console.warn(`skipped: ${python} has no google-cloud-bigquery (BIGQUERY_CLIENTS_PYTHON)`);
if (!hasPandasGbq) console.warn(`skipped: ${python} has no pandas_gbq`);
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

test.runIf(hasPython)("google-cloud-bigquery", { timeout: 60_000 }, async () => {
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

test.runIf(hasPandasGbq)("pandas_gbq", { timeout: 60_000 }, async () => {
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

test.runIf(hasIbis)("the SQL that ibis writes, by its client", { timeout: 60_000 }, async () => {
  const script = `
import json, sys
import ibis
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
anonymous = AnonymousCredentials()
options = ClientOptions(api_endpoint=sys.argv[1])
client = bigquery.Client(project="demo", credentials=anonymous, client_options=options)
connection = ibis.bigquery.connect(project_id="demo", dataset_id="shop", client=client, credentials=anonymous)
numbers = connection.table("numbers")
digits = numbers.filter(numbers.n <= 20).group_by(numbers.s.length().name("digits"))
totals = digits.agg(k=ibis._.count(), least=ibis._.n.min()).order_by("digits")
query = str(ibis.to_sql(totals))
print(json.dumps([list(row.values()) for row in client.query(query).result()]))
`;
  const { stdout } = await run(python, ["-c", script, server.restUrl]);
  expect(JSON.parse(stdout)).toEqual([
    [1, 9, 1],
    [2, 11, 10],
  ]);
});

test.runIf(hasDbt)("dbt debug, and run of a view and a table", { timeout: 120_000 }, async () => {
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

describe.runIf(hasBq)("bq", { timeout: 60_000 }, () => {
  const bq = async (...given: string[]) => {
    const all = [
      "--api",
      server.restUrl,
      "--project_id",
      "demo",
      "--quiet",
      "--headless",
      ...given,
    ];
    const env = {
      ...process.env,
      HOME: home,
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(home, "token"),
    };
    return (await run("bq", all, { env })).stdout;
  };

  test.each([
    [["ls"], "shop"],
    [["ls", "shop"], "numbers   TABLE"],
    [["show", "shop.numbers"], "n: integer"],
    [["head", "-n", "1", "shop.numbers"], "1970-01-01 00:00:01"],
    [
      ["query", "--nouse_legacy_sql", "SELECT MAX(n) AS most FROM shop.numbers WHERE n < 7"],
      "|    6 |",
    ],
  ])("%j", async (given, expected) => {
    expect(await bq(...given)).toContain(expected);
  });
});
