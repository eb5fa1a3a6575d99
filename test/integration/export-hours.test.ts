import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createHandler } from "../../functions/export-hours/handler.ts";
import { openLake } from "../../functions/export-hours/open-lake.ts";
import { createExporter } from "../../functions/export-hours/query-totals.ts";
import { streams } from "../../shared/streams/streams.ts";
import { lookup } from "../../terraform/operate/lookup.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { provisionLake } from "../local-cloud/provision.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { startStorage } from "../local-cloud/storage/start-storage.ts";
import { callCommand } from "../support/call-command.ts";
import { messagePublished } from "../support/deliveries.ts";

const projectId = "export-test";
const bucket = "lake";
let directory: string;
let storage: Awaited<ReturnType<typeof startStorage>>;
let server: LocalBigquery;
let bigquery: BigQuery;
let lake: Storage;
let handle: (event: unknown) => Promise<void>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hourtally-lake-"));
  storage = await startStorage({ port: 0, directory, publish: async () => undefined });
  server = await startWarehouse({ projectId, dataset: "hourtally", storageUrl: storage.url });
  vi.stubEnv("STORAGE_EMULATOR_HOST", storage.url);
  await provisionLake({ projectId, bucket });
  bigquery = new BigQuery({ projectId });
  lake = new Storage({ projectId });
  handle = createHandler({
    streams,
    exportTotals: createExporter(projectId, {
      dataset: "hourtally",
      bucket,
      maximumBytesBilled: "1000000",
    }),
    lake: openLake(projectId, bucket),
    publish: async () => undefined,
    random: crypto,
    log: { info: () => undefined },
    config: { functionVersion: "v1" },
  });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await storage.stop();
  await rm(directory, { recursive: true });
});

/** Totals of an hour as close-hours writes them: the closing itself, and what its query says. */
async function close(hour: string, revision: number, keys: number, totals: string): Promise<void> {
  await bigquery.query(`INSERT INTO hourtally.url_hour_totals
    (hour, revision, closing, url_key, url, host, mentions, authors, originals)
    SELECT TIMESTAMP '${hour}', ${revision}, STRUCT(TIMESTAMP '${hour}' AS watermark,
      TIMESTAMP '${hour}' AS first_landed_at, ${keys} AS \`keys\`, 9 AS events, 0 AS late, 1 AS fingerprint),
      NULL, NULL, NULL, NULL, NULL, NULL
    UNION ALL SELECT TIMESTAMP '${hour}', ${revision}, NULL, url_key, url_key, url_key, mentions, 1, 0
    FROM (${totals})`);
  const told = { stream: "url-mentions", hour, revision, keys, events: 9, late: 0 };
  await handle(messagePublished(JSON.stringify(told), "hours-closed"));
}

const twoKeys = (mentions: number) =>
  `SELECT 'b.example/ü' AS url_key, ${mentions} AS mentions UNION ALL SELECT 'a.example/', 1`;

const lookUp = (...args: string[]) =>
  callCommand("lookup", lookup, args, {
    PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
    BIGQUERY_EMULATOR_HOST: server.restUrl,
    STORAGE_EMULATOR_HOST: storage.url,
    GOOGLE_CLOUD_PROJECT: projectId,
    HOURTALLY_LAKE_BUCKET: bucket,
  });

test("what closed hours say of a key is looked up in files alone, as it is since the last closing", async () => {
  await close("2026-01-02T03:00:00Z", 7, 2, twoKeys(4));
  await close("2026-01-02T04:00:00Z", 7, 2, twoKeys(5));
  await close("2026-01-02T03:00:00Z", 9, 2, twoKeys(6));
  await close("2026-01-02T05:00:00Z", 9, 0, "SELECT 'x' AS url_key, 1 AS mentions LIMIT 0");
  const found = await lookUp("b.example/ü", "--from", "2026-01-02", "--to", "2026-01-03", "--json");
  expect(JSON.parse(found.stdout)).toMatchObject({
    index: "url_hours",
    key: "b.example/ü",
    hours: 3,
    rows: [
      {
        hour: "2026-01-02T03:00:00Z",
        url_key: "b.example/ü",
        mentions: 6,
        authors: 1,
        originals: 0,
      },
      {
        hour: "2026-01-02T04:00:00Z",
        url_key: "b.example/ü",
        mentions: 5,
        authors: 1,
        originals: 0,
      },
    ],
    read: { files: 2, requests: 2 },
  });
  expect(found.code).toBe(0);
  expect(found.stderr).not.toContain("Warning");
});

test("files of an hour that was closed again are there, and marked for the bucket's lifecycle", async () => {
  const [files] = await lake
    .bucket(bucket)
    .getFiles({ prefix: "indices/url_hours/dt=2026-01-02/hour=03/revision=" });
  expect(
    files.map(({ name, metadata }) => [
      /revision=\d+/.exec(name)?.[0],
      metadata.customTime === undefined,
    ]),
  ).toEqual([
    ["revision=7", false],
    ["revision=9", true],
  ]);
});

test("a link is looked up by its key, and the answer is for people", async () => {
  const found = await lookUp(
    "https://www.a.example.org/?utm_source=x",
    "--from",
    "2026-01-02",
    "--to",
    "2026-01-03",
  );
  expect(found.stdout).toBe("");
  expect(found.stderr).toContain("a.example.org: in 0 of 3 hours.");
  const other = await lookUp(
    "b.example/ü",
    "--from",
    "2026-01-02T03:00",
    "--to",
    "2026-01-02T04:00",
  );
  expect(other.stdout).toBe("2026-01-02T03:00:00Z  6 mentions  1 authors  0 originals\n");
  expect(other.stderr).toMatch(
    /b\.example\/ü: in 1 of 1 hour\.\nRead (\d+) of \1 bytes in 1 file, by 1 request\.\n$/,
  );
});

test("where no hour has an index, it says what to do", async () => {
  const found = await lookUp("b.example/ü", "--from", "2026-02-02", "--to", "2026-02-03");
  expect(found.code).toBe(0);
  expect(found.stderr).toContain("No hour of this range has an index");
});

test("of a large file only the parts are read between whose bounds the key is", async () => {
  await close(
    "2026-03-04T05:00:00Z",
    7,
    60_000,
    `SELECT CONCAT('example.org/', TO_HEX(SHA256(CAST(n AS STRING)))) AS url_key, n AS mentions
    FROM UNNEST(GENERATE_ARRAY(1, 60000)) AS n`,
  );
  // echo -n 4711 | sha256sum
  const key = "example.org/de650d61f5bd166a91f8ccec3158297db18b9d50eaedca238cd29dc3a214a916";
  const found = await lookUp(key, "--from", "2026-03-04", "--to", "2026-03-05", "--json");
  const { rows, read } = JSON.parse(found.stdout);
  expect(rows).toMatchObject([{ hour: "2026-03-04T05:00:00Z", mentions: 4711 }]);
  expect(read.of).toBeGreaterThan(4_000_000);
  expect(read.bytes).toBeLessThan(read.of / 5);
});
