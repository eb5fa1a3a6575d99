import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTotalsFinder } from "../../functions/detect-anomalies/find-totals.ts";
import { turnstileReadings } from "../../shared/streams/turnstile-readings.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { showAnomalies } from "../../terraform/operate/anomalies.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { callCommand } from "../support/call-command.ts";

const projectId = "totals-test";
/** 2026-01-05 00:00 UTC in hours since 1970. */
const start = 490_992;
const config = { dataset: "hourtally", maximumBytesBilled: "1000000000" };

let server: LocalBigquery;
let bigquery: BigQuery;

const at = (hour: number) => `TIMESTAMP_ADD(TIMESTAMP '2026-01-05', INTERVAL ${hour} HOUR)`;

const closingSql = (hour: number, revision: number, events: number) =>
  `(${at(hour)}, ${revision}, STRUCT(${at(hour + 1)} AS watermark, ${at(hour)} AS first_landed_at,
    2 AS \`keys\`, ${events} AS events, 0 AS late, 7 AS fingerprint), NULL, NULL)`;
const countSql = (hour: number, revision: number, key: string, mentions: number) =>
  `(${at(hour)}, ${revision}, NULL, '${key}', ${mentions})`;

const insert = (...rows: string[]) =>
  bigquery.query(`INSERT INTO hourtally.url_hour_totals (hour, revision, closing, url_key, mentions)
    VALUES ${rows.join(", ")}`);

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset: config.dataset });
  bigquery = new BigQuery({ projectId });
  await insert(
    closingSql(0, 1, 10),
    closingSql(0, 2, 12),
    closingSql(1, 3, 20),
    countSql(1, 3, "a", 9),
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

test("finds all closings of all streams since an hour, and no counts of keys", async () => {
  const find = createTotalsFinder(bigquery, [urlMentions, turnstileReadings], config);
  const closings = await find.closings(start);
  expect([...closings.keys()]).toEqual(["url-mentions", "turnstile-readings"]);
  expect(closings.get("turnstile-readings")).toEqual([]);
  const known = closings.get("url-mentions")?.toSorted((a, b) => a.revision - b.revision);
  expect(known).toEqual([
    {
      hour: start,
      revision: 1,
      watermark: 1_767_574_800_000,
      firstLandedAt: 1_767_571_200_000,
      events: 10,
    },
    {
      hour: start,
      revision: 2,
      watermark: 1_767_574_800_000,
      firstLandedAt: 1_767_571_200_000,
      events: 12,
    },
    {
      hour: start + 1,
      revision: 3,
      watermark: 1_767_578_400_000,
      firstLandedAt: 1_767_574_800_000,
      events: 20,
    },
  ]);
  const later = await find.closings(start + 1);
  expect(later.get("url-mentions")).toHaveLength(1);
});

test("finds the counts of keys that were among the biggest in six hours, at every closing", async () => {
  const ofHours = (from: number, to: number, ...counts: [string, number][]) =>
    Array.from({ length: to - from }, (_, index) => from + index).flatMap((hour) =>
      counts.map(([key, mentions]) => countSql(hour, 100 + hour, key, mentions)),
    );
  await insert(
    ...ofHours(100, 106, ["always", 5], ["second", 4], ["third", 3]),
    ...ofHours(106, 111, ["often", 9]),
    ...ofHours(90, 91, ["always", 7]),
    countSql(105, 999, "always", 50),
  );
  const stream = { ...urlMentions, anomalies: { of: "mentions", keys: 2, sensitivity: 5 } };
  const find = createTotalsFinder(bigquery, [stream], config);
  const found = async (window: { from: number; judgedFrom: number; revision: number }) => {
    const counts = await find.keys(stream, window);
    return counts
      .toSorted((a, b) => a.hour - b.hour || a.revision - b.revision)
      .map(({ key, hour, amount, revision, isBig }) =>
        [key.join(), hour - start, amount, revision, isBig].join(" "),
      );
  };
  // The two biggest of an hour; `often` was there five times.
  const all = { from: start + 91, judgedFrom: start + 100, revision: 500 };
  const counts = await found(all);
  expect(counts.filter((one) => one.startsWith("always"))).toEqual([
    "always 100 5 200 true",
    "always 101 5 201 true",
    "always 102 5 202 true",
    "always 103 5 203 true",
    "always 104 5 204 true",
    "always 105 5 205 true",
  ]);
  expect(new Set(counts.map((one) => one.split(" ")[0]))).toEqual(new Set(["always", "second"]));
  const before = await found({ ...all, from: start + 90, revision: 999 });
  expect(before).toContain("always 90 7 190 true");
  expect(before).toContain("always 105 50 999 true");
  expect(await found({ ...all, judgedFrom: start + 101 })).toEqual([]);
});

test("a key of several fields is found with all of them, judged by what its stream says", async () => {
  const find = createTotalsFinder(bigquery, [turnstileReadings], config);
  const device = (hour: number, entries: number) =>
    `(${at(hour)}, ${hour}, 'A002', 'R051', '02-00-00', '59 ST', 'NQR456W', 'BMT', 'REGULAR', 1, ${entries}, 0)`;
  await bigquery.query(`INSERT INTO hourtally.turnstile_hour_totals (hour, revision,
      ca, unit, scp, station, linename, division, description, readings, entries, exits)
    VALUES ${[0, 4, 8, 12, 16, 20].map((hour) => device(hour, 100 + hour)).join(", ")}`);
  const counts = await find.keys(turnstileReadings, {
    from: start,
    judgedFrom: start,
    revision: 99,
  });
  expect(counts).toHaveLength(6);
  expect(counts.find(({ hour }) => hour === start + 4)).toEqual({
    hour: start + 4,
    revision: 4,
    amount: 104,
    isBig: true,
    key: ["A002", "R051", "02-00-00", "59 ST", "NQR456W", "BMT", "REGULAR"],
  });
});

test("npm run anomalies plots what was counted and expected, and says what is unusual", async () => {
  const hours = Array.from({ length: 300 }, (_, hour) => 1_000 + hour);
  await insert(...hours.map((hour) => closingSql(hour, hour, hour === 1_299 ? 900 : 100)));
  const directory = await mkdtemp(join(tmpdir(), "hourtally-anomalies-"));
  const svg = join(directory, "plot.svg");
  const environment = {
    GOOGLE_CLOUD_PROJECT: projectId,
    BIGQUERY_EMULATOR_HOST: server.restUrl,
    // Nothing is sent there.
    PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
    STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
  };
  const args = ["--from", "2026-02-25", "--to", "2026-03-01"];
  const show = (...given: string[]) =>
    callCommand("anomalies", showAnomalies, ["--stream", "url-mentions", ...given], environment);
  const shown = await show(...args, "--svg", svg);
  expect(shown.stderr).toContain(`Wrote ${svg}.`);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("◆");
  expect(shown.stdout).toContain(
    "2026-02-28T03:00:00Z  open  900 events of url-mentions at 03 UTC; 62 to 148 are usual for a Saturday at this hour; 9 times the expected",
  );
  expect(await readFile(svg, "utf8")).toContain("9 times the expected</title></circle>");
  await rm(directory, { recursive: true });

  const lines = await show(...args, "--json");
  expect(JSON.parse(lines.stdout)).toMatchObject({ state: "open", actual: 900, revision: 1_299 });
  const none = await show("--to", "2020-01-01");
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("no hour of that time is closed");
});
