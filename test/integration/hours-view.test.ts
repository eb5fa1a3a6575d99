import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { bigquerySchema } from "../../shared/rows/bigquery-schema.ts";
import { tables } from "../../shared/rows/tables.ts";
import { views } from "../../shared/rows/views.ts";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { provisionWarehouse } from "../local-cloud/provision.ts";

const projectId = "view-test";

type Increment = {
  hour?: string;
  key?: string;
  version?: number;
  at?: string;
  url?: string;
  events: [id: string, author?: string, kind?: string][];
};

/** An increment as a SQL literal; what a test does not name is of no matter to it. */
function incrementSql({ hour, key, version, at, url, events }: Increment): string {
  const members = events.map(([id, author = "a", kind = "tweet"]) => {
    return `STRUCT('${id}' AS id, '${author}' AS author, '${kind}' AS kind)`;
  });
  return `(TIMESTAMP '2026-01-01 ${hour ?? "10"}:00:00', '${key ?? "k"}', '${url ?? "u"}', 'h',
    [${members.join(", ")}], ${version ?? 1}, TIMESTAMP '2026-01-02 ${at ?? "00:00"}:00')`;
}

describe("the exact view", () => {
  let server: LocalBigquery;
  let bigquery: BigQuery;

  beforeAll(async () => {
    server = await startBigquery();
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.restUrl);
    await provisionWarehouse({ projectId, dataset: "hourtally" });
    bigquery = new BigQuery({ projectId });
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  beforeEach(async () => {
    for (const table of ["url_hour_increments", "retractions", "tweets"]) {
      await bigquery.query(`DELETE FROM hourtally.${table} WHERE TRUE`);
    }
  });

  const append = (...increments: Increment[]) =>
    bigquery.query(`INSERT INTO hourtally.url_hour_increments
      (hour, url_key, url, host, events, key_version, appended_at)
      VALUES ${increments.map(incrementSql).join(", ")}`);
  const retract = (from: string, to: string, before: string, stream = "url-mentions") =>
    bigquery.query(`INSERT INTO hourtally.retractions
      (stream, hour_from, hour_to, appended_before, reason, retracted_at)
      VALUES ('${stream}', TIMESTAMP '2026-01-01 ${from}:00:00', TIMESTAMP '2026-01-01 ${to}:00:00',
        TIMESTAMP '2026-01-02 ${before}:00', 'test', TIMESTAMP '2026-01-02 12:00:00')`);
  const remove = (id: string, outcome = "delete") =>
    bigquery.query(`INSERT INTO hourtally.tweets
      (outcome, id, links, message_id, position, received_at)
      VALUES ('${outcome}', '${id}', [], 'm', 'records[0]', TIMESTAMP '2026-01-02')`);
  const row = z.object({ hour: z.string(), url_key: z.string(), mentions: z.number() });
  const view = async (where = "TRUE", dataset = "hourtally") => {
    const [rows] = await bigquery.query(`SELECT FORMAT_TIMESTAMP('%H', hour) AS hour, url_key,
        mentions FROM ${dataset}.url_hours WHERE ${where} ORDER BY hour, url_key`);
    return z
      .array(row)
      .parse(rows)
      .map(({ hour, url_key, mentions }) => `${hour} ${url_key} ${mentions}`);
  };

  test("counts distinct ids, authors and originals, whatever was packed with what", async () => {
    await append(
      {
        events: [
          ["x:1", "a"],
          ["x:2", "b", "retweet"],
        ],
      },
      {
        events: [
          ["x:2", "b", "retweet"],
          ["x:3", "b", "quote"],
        ],
      },
      { events: [["x:1", "a"]] },
    );
    const [rows] = await bigquery.query(
      "SELECT mentions, authors, originals FROM hourtally.url_hours",
    );
    expect(rows).toEqual([{ mentions: 3, authors: 2, originals: 2 }]);
  });

  test("shows the labels of the smallest counted id", async () => {
    await append(
      { url: "second", events: [["x:2"]] },
      { url: "first", events: [["x:1"]] },
      { url: "third", events: [["x:3"]] },
    );
    const label = async () => (await bigquery.query("SELECT url FROM hourtally.url_hours"))[0];
    expect(await label()).toEqual([{ url: "first" }]);
    await remove("x:1");
    expect(await label()).toEqual([{ url: "second" }]);
  });

  describe("with rules of several versions", () => {
    test("counts each event by the newest that has made a key of it", async () => {
      await append(
        { key: "old", version: 1, events: [["x:1"], ["x:2"]] },
        { key: "new", version: 2, events: [["x:1"]] },
      );
      expect(await view()).toEqual(["10 new 1", "10 old 1"]);
    });

    test("whichever comes first, and however often", async () => {
      await append({ key: "new", version: 2, events: [["x:1"]] });
      await append({ key: "old", version: 1, events: [["x:1"]] });
      await append({ key: "new", version: 2, events: [["x:1"]] });
      expect(await view()).toEqual(["10 new 1"]);
    });

    test("keeps all keys of an event that the newest has made", async () => {
      await append(
        { key: "a", version: 1, events: [["x:1"]] },
        { key: "b", version: 2, events: [["x:1"]] },
        { key: "c", version: 2, events: [["x:1"]] },
      );
      expect(await view()).toEqual(["10 b 1", "10 c 1"]);
    });
  });

  describe("after deletes", () => {
    test("leaves deleted events out, and what held nothing else", async () => {
      await append({ key: "a", events: [["x:1"], ["x:2"]] }, { key: "b", events: [["x:2"]] });
      await remove("x:2");
      await remove("x:2");
      await remove("x:3");
      expect(await view()).toEqual(["10 a 1"]);
    });

    test("takes receipts of tweets for no tombstones", async () => {
      await append({ events: [["x:1"]] });
      await remove("x:1", "tweet");
      expect(await view()).toEqual(["10 k 1"]);
    });
  });

  describe("after a retraction", () => {
    test("leaves out its hours, from the first to before the last", async () => {
      const hours = ["09", "10", "11", "12"];
      await append(...hours.map((hour): Increment => ({ hour, events: [["x:1"]] })));
      await retract("10", "12", "01:00");
      expect(await view()).toEqual(["09 k 1", "12 k 1"]);
    });

    test("counts what was appended at its time or later", async () => {
      await append(
        { at: "00:59", events: [["x:1"]] },
        { at: "01:00", events: [["x:2"]] },
        { at: "01:01", events: [["x:3"]] },
      );
      await retract("10", "11", "01:00");
      expect(await view()).toEqual(["10 k 2"]);
    });

    test("forgets the version that a wrong increment had", async () => {
      await append({ key: "wrong", version: 9, at: "00:30", events: [["x:1"]] });
      await append({ key: "right", version: 1, at: "02:00", events: [["x:1"]] });
      await retract("10", "11", "01:00");
      expect(await view()).toEqual(["10 right 1"]);
    });

    test("of several, the latest holds for each hour", async () => {
      await append(
        { hour: "10", at: "01:30", events: [["x:1"]] },
        { hour: "11", at: "01:30", events: [["x:2"]] },
      );
      await retract("10", "12", "01:00");
      await retract("10", "11", "02:00");
      expect(await view()).toEqual(["11 k 1"]);
    });

    test("of another stream, or of no hour, changes nothing", async () => {
      await append({ events: [["x:1"]] });
      await retract("10", "11", "01:00", "follows");
      await retract("11", "10", "01:00");
      await retract("10", "10", "01:00");
      expect(await view()).toEqual(["10 k 1"]);
    });
  });

  test("lets a filter on the hour reach the increments, which are clustered by it", async () => {
    // Here they are partitioned by it: whether a filter reaches partitions is what BigQuery tells.
    const [dataset] = await bigquery.createDataset("by_hour");
    for (const { name, row: columns } of tables) {
      await dataset.createTable(name, {
        schema: { fields: bigquerySchema(columns) },
        ...(name === "url_hour_increments" && {
          timePartitioning: { type: "DAY", field: "hour" },
          requirePartitionFilter: true,
        }),
      });
    }
    const increments = [
      { hour: "10", events: [["x:1"]] },
      { hour: "11", events: [["x:2"]] },
    ] satisfies Increment[];
    await bigquery.query(`INSERT INTO by_hour.url_hour_increments
      (hour, url_key, url, host, events, key_version, appended_at)
      VALUES ${increments.map(incrementSql).join(", ")}`);
    const sql = views.find(({ name }) => name === "url_hours")?.sql ?? "";
    const query = sql.replaceAll("${dataset}", `${projectId}.by_hour`);
    await dataset.createTable("url_hours", { view: { query, useLegacySql: false } });

    expect(await view("hour = TIMESTAMP '2026-01-01 11:00:00'", "by_hour")).toEqual(["11 k 1"]);
    expect(await view("hour >= TIMESTAMP '2026-01-01'", "by_hour")).toEqual(["10 k 1", "11 k 1"]);
    await expect(view("TRUE", "by_hour")).rejects.toThrow("without a filter over column(s) 'hour'");
  });
});
