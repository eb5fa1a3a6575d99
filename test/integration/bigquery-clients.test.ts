import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

const run = promisify(execFile);
const python = process.env.BIGQUERY_CLIENTS_PYTHON ?? "python3";
const works = (command: string, ...given: string[]) => spawnSync(command, given).status === 0;
const hasPython = works(python, "-c", "import google.cloud.bigquery");
const hasBq = works("bq", "version");
if (!hasPython)
  console.warn(`skipped: ${python} has no google-cloud-bigquery (BIGQUERY_CLIENTS_PYTHON)`);
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
