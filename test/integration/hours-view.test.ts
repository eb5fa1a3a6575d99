import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { columnsOf } from "../../shared/rows/table.ts";
import { tables } from "../../shared/rows/tables.ts";
import { views } from "../../shared/rows/views.ts";
import { eventsBetweenSql } from "../../shared/streams/events-view.ts";
import { hoursBetweenSql } from "../../shared/streams/hours-view.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";

const projectId = "view-test";

type Increment = {
  hour?: string;
  /** None in a reading that mentions no page. */
  key?: string | null;
  /** What stands first in the revision of its events. */
  version?: number;
  /** When it landed, HH:MM. */
  at?: string;
  url?: string;
  title?: string;
  events: [id: string, author?: string, kind?: string, alias?: string | null][];
};

const quoted = (text: string | null) => (text === null ? "NULL" : `'${text}'`);

/** An increment as a SQL literal; what a test does not name is of no matter to it. */
function incrementSql(increment: Increment): string {
  const { hour = "10", key = "k", version = 1, at = "00:00", url = "u", title = null } = increment;
  const members = increment.events.map(([id, author = "a", kind = "post", alias = null]) => {
    const revision = `0${version}.00000000.01.300.000000`;
    return `STRUCT('${id}' AS id, '${author}' AS author, '${kind}' AS kind, 'x' AS source, '${revision}' AS revision, CAST(${quoted(alias)} AS STRING) AS alias)`;
  });
  return `(TIMESTAMP '2026-01-01 ${hour}:00:00', ${quoted(key)}, ${quoted(key && url)}, ${quoted(key && "h")},
    ${quoted(title)}, [${members.join(", ")}], TIMESTAMP '2026-01-02 ${at}:00')`;
}

describe("the exact view", () => {
  let server: LocalBigquery;
  let bigquery: BigQuery;

  beforeAll(async () => {
    server = await startWarehouse({ projectId, dataset: "hourtally" });
    bigquery = new BigQuery({ projectId });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  beforeEach(async () => {
    for (const table of ["url_hour_increments", "retractions", "tombstones", "unlinked"]) {
      await bigquery.query(`DELETE FROM hourtally.${table} WHERE TRUE`);
    }
  });

  const append = (...increments: Increment[]) =>
    bigquery.query(`INSERT INTO hourtally.url_hour_increments
      (hour, url_key, url, host, title, events, landed_at)
      VALUES ${increments.map(incrementSql).join(", ")}`);
  const retract = (from: string, to: string, before: string, stream = "url-mentions") =>
    bigquery.query(`INSERT INTO hourtally.retractions
      (stream, hour_from, hour_to, landed_before, reason, retracted_at, landed_at)
      VALUES ('${stream}', TIMESTAMP '2026-01-01 ${from}:00:00', TIMESTAMP '2026-01-01 ${to}:00:00',
        TIMESTAMP '2026-01-02 ${before}:00', 'test', TIMESTAMP '2026-01-02 12:00:00',
        TIMESTAMP '2026-01-02 12:00:00')`);
  const remove = (id: string) =>
    bigquery.query(`INSERT INTO hourtally.tombstones (id, source, landed_at)
      VALUES ('${id}', 'x', TIMESTAMP '2026-01-02')`);
  const setAside = (id: string, url: string, { version = 1, hour = "10", at = "00:00" } = {}) =>
    bigquery.query(`INSERT INTO hourtally.unlinked
      (id, event_time, source, revision, url, outcome, landed_at)
      VALUES ('${id}', TIMESTAMP '2026-01-01 ${hour}:15:00', 'x',
        '0${version}.00000000.01.300.000000', '${url}', 'not-http', TIMESTAMP '2026-01-02 ${at}:00')`);
  const row = z.object({ hour: z.string(), url_key: z.string(), mentions: z.number() });
  const view = async (where = "TRUE", dataset = "hourtally") => {
    const [rows] = await bigquery.query(`SELECT FORMAT_TIMESTAMP('%H', hour) AS hour, url_key,
        mentions FROM ${dataset}.url_hours_exact WHERE ${where} ORDER BY hour, url_key`);
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
          ["x:2", "b", "repost"],
        ],
      },
      {
        events: [
          ["x:2", "b", "repost"],
          ["x:3", "b", "quote"],
        ],
      },
      { events: [["x:1", "a"]] },
    );
    const [rows] = await bigquery.query(
      "SELECT mentions, authors, originals FROM hourtally.url_hours_exact",
    );
    expect(rows).toEqual([{ mentions: 3, authors: 2, originals: 2 }]);
  });

  test("shows the labels of the smallest counted id", async () => {
    await append(
      { url: "second", events: [["x:2"]] },
      { url: "first", events: [["x:1"]] },
      { url: "third", events: [["x:3"]] },
    );
    const label = async () =>
      (await bigquery.query("SELECT url FROM hourtally.url_hours_exact"))[0];
    expect(await label()).toEqual([{ url: "first" }]);
    await remove("x:1");
    expect(await label()).toEqual([{ url: "second" }]);
  });

  test("shows the title of the smallest id that has one, and none where nobody has", async () => {
    await append(
      { events: [["x:1"]] },
      { title: "third", events: [["x:3"]] },
      { title: "second", events: [["x:2"]] },
      { key: "other", events: [["x:1"]] },
    );
    const [rows] = await bigquery.query(
      "SELECT title FROM hourtally.url_hours_exact ORDER BY url_key",
    );
    expect(rows).toEqual([{ title: "second" }, { title: null }]);
  });

  test("of the hours between two, open ones are counted and closed ones are what closed them last", async () => {
    await bigquery.query(`INSERT INTO hourtally.url_hour_totals (hour, revision, url_key, mentions)
      VALUES (TIMESTAMP '2026-01-01 10:00:00', 1, 'k', 5), (TIMESTAMP '2026-01-01 10:00:00', 1, 'gone', 1),
        (TIMESTAMP '2026-01-01 10:00:00', 2, 'k', 7), (TIMESTAMP '2026-01-01 13:00:00', 1, 'k', 9)`);
    await bigquery.query(`INSERT INTO hourtally.url_hour_totals (hour, revision, closing)
      SELECT closed.hour, closed.revision, STRUCT(closed.hour AS watermark, closed.hour AS first_landed_at,
        1 AS \`keys\`, 7 AS events, 0 AS late, 0 AS fingerprint)
      FROM UNNEST([STRUCT(TIMESTAMP '2026-01-01 10:00:00' AS hour, 1 AS revision),
        STRUCT(TIMESTAMP '2026-01-01 10:00:00' AS hour, 2 AS revision),
        STRUCT(TIMESTAMP '2026-01-01 13:00:00' AS hour, 1 AS revision)]) AS closed`);
    await append({ hour: "10", events: [["x:1"]] }, { hour: "11", events: [["x:2"], ["x:3"]] });
    await bigquery.query(
      "UPDATE hourtally.url_hour_increments SET landed_at = CURRENT_TIMESTAMP() WHERE TRUE",
    );
    const between = `TIMESTAMP '2026-01-01 10:00:00' AND TIMESTAMP '2026-01-01 12:00:00'`;
    const bounds = between.split(" AND ");
    const sql = hoursBetweenSql(urlMentions, bounds[0] ?? "", bounds[1] ?? "");
    const counts = async (from: string) => {
      const [rows] = await bigquery.query(
        `SELECT FORMAT_TIMESTAMP('%H', hour) AS hour, url_key, mentions FROM ${from} ORDER BY hour`,
      );
      return rows;
    };
    const expected = [
      { hour: "10", url_key: "k", mentions: 7 },
      { hour: "11", url_key: "k", mentions: 2 },
    ];
    expect(await counts(`(${sql.replaceAll("${dataset}", "hourtally")})`)).toEqual(expected);
    expect(await counts(`hourtally.url_hours WHERE hour BETWEEN ${between}`)).toEqual(expected);
    await bigquery.query("DELETE FROM hourtally.url_hour_totals WHERE TRUE");
  });

  describe("of several readings of a post", () => {
    test("looks at those of other pages when asked for one page", async () => {
      await append(
        { key: "old", version: 1, events: [["x:1"], ["x:2"]] },
        { key: "new", version: 2, events: [["x:1"]] },
      );
      const idsOf = async (key: string) => {
        const condition = `event.url_key = '${key}'`;
        const sql = eventsBetweenSql(
          urlMentions,
          "TIMESTAMP '2026-01-01 10:00:00'",
          "TIMESTAMP '2026-01-01 11:00:00'",
          [condition],
        ).replaceAll("${dataset}", "hourtally");
        const [rows] = await bigquery.query(
          `SELECT event.id FROM (${sql}) AS event WHERE ${condition}`,
        );
        return rows;
      };
      expect(await idsOf("old")).toEqual([{ id: "x:2" }]);
      expect(await idsOf("new")).toEqual([{ id: "x:1" }]);
    });

    test("counts the best informed one", async () => {
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

    test("keeps all pages of that one", async () => {
      await append(
        { key: "a", version: 1, events: [["x:1"]] },
        { key: "b", version: 2, events: [["x:1"]] },
        { key: "c", version: 2, events: [["x:1"]] },
      );
      expect(await view()).toEqual(["10 b 1", "10 c 1"]);
    });

    test("counts nothing when that one mentions no page", async () => {
      await append({ key: null, version: 2, events: [["x:1"]] });
      await append({ key: "old", version: 1, events: [["x:1"], ["x:2"]] });
      expect(await view()).toEqual(["10 old 1"]);
      await append({ key: "newest", version: 3, events: [["x:1"]] });
      expect(await view()).toEqual(["10 newest 1", "10 old 1"]);
    });

    test("sets aside only the links of that one, each once", async () => {
      const aside = async () => {
        const sql = "SELECT id, url FROM hourtally.unlinked_latest ORDER BY id, url";
        return (await bigquery.query(sql))[0];
      };
      await append(
        { key: "a", version: 1, events: [["x:1"], ["x:2"]] },
        { key: null, version: 2, events: [["x:1"]] },
      );
      await setAside("x:1", "ftp://old");
      await setAside("x:1", "ftp://new", { version: 2 });
      await setAside("x:1", "ftp://new", { version: 2, at: "09:00" });
      await setAside("x:2", "ftp://new");
      // Of a reading that is not there yet.
      await setAside("x:3", "ftp://new");
      expect(await aside()).toEqual([
        { id: "x:1", url: "ftp://new" },
        { id: "x:2", url: "ftp://new" },
      ]);
      await remove("x:1");
      expect(await aside()).toEqual([{ id: "x:2", url: "ftp://new" }]);
      await retract("10", "11", "01:00");
      expect(await aside()).toEqual([]);
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

    test("of an author leaves out all that is theirs", async () => {
      await append({ key: "a", events: [["x:1", "x:author"], ["x:2"]] });
      await remove("x:author");
      expect(await view()).toEqual(["10 a 2"]);
      await append({ key: "b", hour: "11", events: [["x:3", "x:author"]] });
      await remove("x:author/*");
      expect(await view()).toEqual(["10 a 1"]);
    });

    test("of an alias leaves out what came by it, and not what came by another", async () => {
      await append({ key: "a", events: [["m:1", "a", "post", "m:one/7"]] });
      await append({ key: "b", events: [["m:2", "a", "post", "m:one/8"]] });
      await append({ key: "b", events: [["m:2", "a", "post", "m:two/9"]] });
      await remove("m:one/7");
      await remove("m:one/8");
      expect(await view()).toEqual(["10 b 1"]);
    });
  });

  describe("after a retraction", () => {
    test("leaves out its hours, from the first to before the last", async () => {
      const hours = ["09", "10", "11", "12"];
      await append(...hours.map((hour): Increment => ({ hour, events: [["x:1"]] })));
      await retract("10", "12", "01:00");
      expect(await view()).toEqual(["09 k 1", "12 k 1"]);
    });

    test("counts what landed at its time or later", async () => {
      await append(
        { at: "00:59", events: [["x:1"]] },
        { at: "01:00", events: [["x:2"]] },
        { at: "01:01", events: [["x:3"]] },
      );
      await retract("10", "11", "01:00");
      expect(await view()).toEqual(["10 k 2"]);
    });

    test("forgets the revision that a wrong increment had", async () => {
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
    for (const table of tables) {
      await dataset.createTable(table.name, {
        schema: { fields: columnsOf(table) },
        ...(table.name === "url_hour_increments" && {
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
      (hour, url_key, url, host, title, events, landed_at)
      VALUES ${increments.map(incrementSql).join(", ")}`);
    const sql = views.find(({ name }) => name === "url_hours_exact")?.sql ?? "";
    const query = sql.replaceAll("${dataset}", `${projectId}.by_hour`);
    await dataset.createTable("url_hours_exact", { view: { query, useLegacySql: false } });

    expect(await view("hour = TIMESTAMP '2026-01-01 11:00:00'", "by_hour")).toEqual(["11 k 1"]);
    expect(await view("hour >= TIMESTAMP '2026-01-01'", "by_hour")).toEqual(["10 k 1", "11 k 1"]);
    await expect(view("TRUE", "by_hour")).rejects.toThrow("without a filter over column(s) 'hour'");
  });
});
