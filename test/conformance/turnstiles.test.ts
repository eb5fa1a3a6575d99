import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
// Teaches protobufjs descriptors; in the bundle of append-rows another package does.
import "@google-cloud/bigquery-storage";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { bucketHours } from "../../functions/bucket-hours/bucket-hours.ts";
import { readMessage } from "../../functions/normalize-turnstiles/read-message.ts";
import { tables } from "../../shared/rows/tables.ts";
import { turnstileReadings } from "../../shared/streams/turnstile-readings.ts";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { generateTurnstiles } from "../producer/generate-turnstiles.ts";
import { createRandom } from "../support/create-random.ts";
import { delivery } from "../support/deliveries.ts";
import { loadRegisters } from "../support/load-registers.ts";
import { hasSharedData } from "../support/shared-data.ts";

const projectId = "turnstiles-test";
const dataset = "hourtally";

/** A local BigQuery on a database file, which can be taken away from under it and given back. */
async function openWarehouse() {
  const folder = mkdtempSync(join(tmpdir(), "hourtally-turnstiles-"));
  const database = join(folder, "warehouse.duckdb");
  let server: LocalBigquery | undefined = await startWarehouse({ projectId, dataset, database });

  return {
    load: async (...weeks: { name: string; rows?: number }[]) => {
      await server?.stop();
      const schema = `${projectId}:${dataset}`;
      for (const week of weeks) await loadRegisters({ database, schema, folder, ...week });
      server = await startBigquery({ database });
      vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.restUrl);
    },
    query: async (sql: string): Promise<unknown[]> => {
      const bigquery = new BigQuery({ projectId });
      return (await bigquery.query({ query: sql, defaultDataset: { datasetId: dataset } }))[0];
    },
    close: async () => {
      vi.unstubAllEnvs();
      await server?.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

const outcomes = `SELECT outcome, COUNT(*) AS intervals, SUM(entries) AS entries, SUM(exits) AS exits
  FROM turnstile_moves GROUP BY outcome ORDER BY outcome`;
const counted = (intervals: number, entries: number, exits: number) => ({
  outcome: "counted",
  intervals,
  entries,
  exits,
});
const aside = (outcome: string, intervals: number) =>
  expect.objectContaining({ outcome, intervals });

describe.runIf(hasSharedData)("two weeks of New York's turnstiles", () => {
  let warehouse: Awaited<ReturnType<typeof openWarehouse>>;

  beforeAll(async () => {
    warehouse = await openWarehouse();
  });
  afterAll(async () => {
    await warehouse.close();
  });

  test("the first alone", async () => {
    await warehouse.load({ name: "240113" });
    expect(await warehouse.query(outcomes)).toEqual([
      aside("backwards", 8),
      counted(247_951, 11_715_422, 21_147_267),
      aside("jump", 17),
    ]);
    // As the names alone have it.
    expect(
      await warehouse.query(`SELECT station, SUM(entries) AS entries FROM turnstile_station_days
        GROUP BY station ORDER BY entries DESC LIMIT 3`),
    ).toEqual([
      { station: "34 ST-PENN STA", entries: 264_813 },
      { station: "GRD CNTRL-42 ST", entries: 239_826 },
      { station: "42 ST-PORT AUTH", entries: 195_539 },
    ]);
  });

  test("linked with the second, and with a part of the first once more: the same", async () => {
    await warehouse.load({ name: "240120" }, { name: "240113", rows: 50_000 });
    expect(await warehouse.query("SELECT COUNT(*) AS rows_held FROM turnstile_registers")).toEqual([
      { rows_held: 253_022 + 253_562 + 50_000 },
    ]);
    expect(await warehouse.query(outcomes)).toEqual([
      aside("backwards", 15),
      counted(501_441, 22_595_502, 41_736_485),
      aside("jump", 40),
    ]);
  });

  test("by local day of each interval's end", async () => {
    const days = await warehouse.query(`SELECT FORMAT_DATE('%m-%d', local_date) AS day,
      SUM(entries) AS entries, SUM(exits) AS exits
      FROM turnstile_station_days GROUP BY local_date ORDER BY local_date`);
    expect(days).toEqual(
      [
        ["01-06", 898_972, 1_899_077],
        ["01-07", 751_618, 1_670_650],
        ["01-08", 1_955_486, 3_359_947],
        ["01-09", 1_969_166, 3_454_087],
        ["01-10", 2_052_068, 3_582_611],
        ["01-11", 2_132_436, 3_743_089],
        ["01-12", 1_955_676, 3_437_806],
        ["01-13", 1_063_098, 2_370_470],
        ["01-14", 867_722, 2_003_770],
        ["01-15", 1_178_124, 2_313_725],
        ["01-16", 1_828_741, 3_285_275],
        ["01-17", 2_054_209, 3_666_922],
        ["01-18", 2_075_539, 3_694_607],
        ["01-19", 1_812_647, 3_254_449],
      ].map(([day, entries, exits]) => ({ day, entries, exits })),
    );
  });

  test("by station, of which five have the same name", async () => {
    const stations = z
      .array(z.object({ station: z.string(), linename: z.string(), entries: z.number() }))
      .parse(
        await warehouse.query(`SELECT station, linename, SUM(entries) AS entries
          FROM turnstile_station_slots
          GROUP BY station, linename, division ORDER BY entries DESC`),
      );
    expect(stations.slice(0, 3)).toEqual([
      { station: "GRD CNTRL-42 ST", linename: "4567S", entries: 461_054 },
      { station: "PATH NEW WTC", linename: "1", entries: 363_755 },
      { station: "FLUSHING-MAIN", linename: "7", entries: 333_966 },
    ]);
    expect(stations.filter(({ station }) => station === "86 ST")).toHaveLength(5);
  });

  test("by station between two dates, ranked", async () => {
    const top = (first: string, last: string, count: number) =>
      warehouse.query(`SELECT station, linename, entries, entries_rank
        FROM turnstile_top_stations('${first}', '${last}') ORDER BY entries_rank LIMIT ${count}`);
    expect(await top("2024-01-06", "2024-01-19", 10)).toEqual(
      [
        ["GRD CNTRL-42 ST", "4567S", 461_054],
        ["PATH NEW WTC", "1", 363_755],
        ["FLUSHING-MAIN", "7", 333_966],
        ["42 ST-PORT AUTH", "ACENQRS1237W", 327_068],
        ["JKSN HT-ROOSVLT", "EFMR7", 318_418],
        ["34 ST-PENN STA", "ACE", 271_585],
        ["34 ST-HERALD SQ", "BDFMNQRW", 218_271],
        ["TIMES SQ-42 ST", "1237ACENQRSW", 209_354],
        ["14 ST-UNION SQ", "LNQR456W", 199_335],
        ["59 ST COLUMBUS", "ABCD1", 197_326],
      ].map(([station, linename, entries], index) => ({
        station,
        linename,
        entries,
        entries_rank: index + 1,
      })),
    );
    expect(await top("2024-01-20", "2024-01-31", 10)).toEqual([]);
  });
});

describe("a stream of 10,000 increments, some twice and some late", () => {
  const endingAt = new Date("2024-03-11T04:00:00Z");
  // More than a day, with the hour that New York skips in it.
  const lines = [...generateTurnstiles({ count: 10_000, seed: 5, endingAt })];
  let server: LocalBigquery;
  const query = async (sql: string): Promise<unknown[]> =>
    (await new BigQuery({ projectId }).query(sql))[0];

  beforeAll(async () => {
    server = await startWarehouse({ projectId, dataset });
    const append = createAppender(
      createWriterOpener({ projectId, dataset, writeEndpoint: server.writeUrl }),
    );
    const table = tables.find(({ name }) => name === turnstileReadings.increments.table);
    if (table === undefined) throw new Error("no table of increments");
    for (const message of deliver(lines)) {
      const { readings, failed } = readMessage(message, {
        functionVersion: "v1",
        now: endingAt.getTime(),
      });
      expect(failed).toEqual([]);
      expect(await append(table, bucketHours(turnstileReadings, readings))).toEqual([]);
    }
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });

  /** In messages of 500, every third message again, and a tenth of the lines at the end. */
  function deliver(all: readonly string[]) {
    const random = createRandom(9);
    const late = all.filter(() => random.chance(0.1));
    const inTime = all.filter((line) => !late.includes(line));
    const messages = Array.from({ length: Math.ceil(inTime.length / 500) }, (_, index) =>
      inTime.slice(index * 500, (index + 1) * 500),
    );
    const again = messages.filter((_, index) => index % 3 === 0);
    return [...messages, ...again, late].map((some) => delivery(some.join("\n"), "turnstiles"));
  }

  /** Sums over groups of lines, whose names `groupOf` makes of their fields; by text alone. */
  function sum(groupOf: (fields: string[]) => string) {
    const sums = new Map<string, [number, number]>();
    for (const line of lines) {
      const fields = line.split(",");
      const group = groupOf(fields);
      const [entries, exits] = sums.get(group) ?? [0, 0];
      sums.set(group, [entries + Number(fields[9]), exits + Number(fields[10])]);
    }
    return [...sums].map(([group, [entries, exits]]) => `${group} ${entries} ${exits}`).toSorted();
  }

  test("gives exact sums of each hour", async () => {
    const rows = z.array(z.object({ said: z.string() })).parse(
      await query(`SELECT FORMAT('%s %s %s %d %d', FORMAT_DATETIME('%m-%d-%y %H', local_hour),
          ca, unit, SUM(hours.entries), SUM(hours.exits)) AS said
        FROM ${dataset}.turnstile_hours_exact AS hours
        JOIN (SELECT DISTINCT hour, local_hour FROM ${dataset}.turnstile_station_hours) USING (hour)
        GROUP BY local_hour, ca, unit`),
    );
    expect(rows.map(({ said }) => said).toSorted()).toEqual(
      sum(([ca, unit, , , , , date, time = ""]) => `${date} ${time.slice(0, 2)} ${ca} ${unit}`),
    );
  });

  test("gives the same in windows of five minutes as grouping by the eight fields", async () => {
    const rows = z.array(z.object({ said: z.string() })).parse(
      await query(`SELECT FORMAT('%s %s,%s,%s,%s,%s,%s,%s,%s %d %d',
          FORMAT_TIMESTAMP('%H:%M', window_start, 'America/New_York'), ca, unit, scp, station,
          linename, division, FORMAT_DATE('%m-%d-%y', local_date), description, entries, exits) AS said
        FROM ${dataset}.turnstile_windows(5)`),
    );
    const windows = sum(([ca, unit, scp, station, line, division, date, time = "", desc]) => {
      const minute = Number(time.slice(3, 5));
      const start = `${time.slice(0, 3)}${String(minute - (minute % 5)).padStart(2, "0")}`;
      return `${start} ${[ca, unit, scp, station, line, division, date, desc].join(",")}`;
    });
    expect(windows.length).toBeGreaterThan(1_000);
    expect(rows.map(({ said }) => said).toSorted()).toEqual(windows);
  });

  test("gives the same as lines of 13 fields, whose TIME is the end of the window", async () => {
    const rows = z
      .array(z.record(z.string(), z.union([z.string(), z.number()])))
      .parse(await query(`SELECT * FROM ${dataset}.turnstile_lines(5)`));
    expect(Object.keys(rows[0] ?? {}).join()).toBe(
      "CA,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS,ID,TIMESTAMP",
    );
    const windows = sum(([ca, unit, scp, station, line, division, date, time = "", desc]) => {
      const minute = Number(time.slice(3, 5));
      const end = minute - (minute % 5) + 5;
      const hour = (Number(time.slice(0, 2)) + (end === 60 ? 1 : 0)) % 24;
      const two = (number: number) => String(number).padStart(2, "0");
      const said = `${two(hour)}:${two(end % 60)}:00`;
      return [ca, unit, scp, station, line, division, date, said, desc].join(",");
    });
    const said = rows.map(({ ID: _id, TIMESTAMP: _at, ENTRIES, EXITS, ...names }) =>
      [Object.values(names).join(), ENTRIES, EXITS].join(" "),
    );
    expect(said.toSorted()).toEqual(windows);
    expect(new Set(rows.map(({ ID }) => ID)).size).toBe(rows.length);
  });

  test("gives longer windows as well, and none of less than five minutes", async () => {
    const all = "SELECT COUNT(DISTINCT window_start) AS windows, SUM(readings) AS readings FROM";
    expect(await query(`${all} ${dataset}.turnstile_windows(1440)`)).toEqual([
      { windows: 2, readings: 10_000 },
    ]);
    await expect(query(`${all} ${dataset}.turnstile_windows(4)`)).rejects.toThrow("5 or more");
  });

  describe("registers of four turnstiles, written by hand", () => {
    /** Two of one station; one of another station of that name; one whose register is turned round. */
    const devices = {
      a: "'A1', 'R1', '00', 'ELM ST', 'AC', 'IND'",
      b: "'A1', 'R1', '01', 'ELM ST', 'AC', 'IND'",
      c: "'B1', 'R2', '00', 'ELM ST', '7', 'IRT'",
      d: "'C1', 'R3', '00', 'OAK ST', 'Q', 'BMT'",
    };
    /** Day and hour of January in UTC, five hours before New York, and both registers. */
    type Register = [device: keyof typeof devices, at: string, entries: number, exits: number];
    const read = ([device, at, entries, exits]: Register, description = "REGULAR") =>
      `(TIMESTAMP '2024-01-${at}:00:00', -300, ${devices[device]}, '${description}', ${entries}, ${exits}, CURRENT_TIMESTAMP())`;
    const readings: Register[] = [
      ["a", "10 05", 100, 900],
      ["a", "10 09", 130, 890],
      ["a", "10 09", 130, 890],
      ["a", "10 13", 137, 880],
      ["a", "10 17", 10_137, 870],
      ["a", "10 21", 10_140, 860],
      ["a", "11 01", 20_141, 850],
      ["a", "11 05", 20_142, 30_850],
      ["a", "11 09", 20_150, 30_840],
      ["a", "11 13", 20_145, 30_830],
      ["a", "11 17", 20_141, 30_820],
      ["a", "11 21", 20_151, 30_810],
      ["b", "10 07", 5_000, 5],
      ["b", "10 11", 5_001, 7],
      ["c", "10 05", 0, 0],
      ["c", "10 09", 40, 141],
      ["c", "11 02", 45, 147],
    ];
    /** 50 intervals up by two, 50 down by three. */
    const turned = Array.from({ length: 101 }, (_, hour): Register => {
      const at = `${20 + Math.floor(hour / 24)} ${String(hour % 24).padStart(2, "0")}`;
      return ["d", at, 500 + 2 * Math.min(hour, 50) - 3 * Math.max(hour - 50, 0), 0];
    });

    beforeAll(async () => {
      const audited = read(["a", "10 09", 129, 891], "RECOVR AUD");
      const rows = [audited, ...[...readings, ...turned].map((one) => read(one))];
      await query(`INSERT INTO ${dataset}.turnstile_registers (read_at, utc_offset_minutes, ca, unit,
        scp, station, linename, division, description, entries, exits, landed_at)
        VALUES ${rows.join(", ")}`);
    });

    test("each interval of a device moves its registers, and says whether it counts", async () => {
      const moves = await query(`SELECT FORMAT('%s %s %s %d %d', scp,
          FORMAT_TIMESTAMP('%d %H', read_at), outcome, entries, exits) AS said
        FROM ${dataset}.turnstile_moves WHERE station = 'ELM ST' ORDER BY ca, scp, read_at`);
      expect(moves).toEqual(
        [
          "00 10 09 counted 30 10",
          "00 10 13 counted 7 10",
          "00 10 17 counted 10000 10",
          "00 10 21 counted 3 10",
          "00 11 01 jump 10001 10",
          "00 11 05 jump 1 -30000",
          "00 11 09 counted 8 10",
          "00 11 13 backwards -5 10",
          "00 11 17 backwards -4 10",
          "00 11 21 counted 10 10",
          "01 10 11 counted 1 2",
          "00 10 09 counted 40 141",
          "00 11 02 counted 5 6",
        ].map((said) => ({ said })),
      );
      expect(
        await query(`SELECT (SELECT COUNT(*) FROM ${dataset}.turnstile_set_aside) AS aside,
          (SELECT COUNT(*) FROM ${dataset}.turnstile_intervals) AS counted`),
      ).toEqual([{ aside: 4, counted: 109 }]);
    });

    test("a register that is turned round counts in both directions", async () => {
      expect(
        await query(`SELECT outcome, COUNT(*) AS intervals, SUM(entries) AS entries
          FROM ${dataset}.turnstile_moves WHERE station = 'OAK ST' GROUP BY outcome`),
      ).toEqual([{ outcome: "counted", intervals: 100, entries: 250 }]);
    });

    test("stations of one name are apart, by the days, weekdays and slots of New York", async () => {
      const by = (view: string, columns: string) =>
        query(`SELECT FORMAT('%s ${columns.replaceAll(/\w+/g, "%t")} %d %d', linename, ${columns.replaceAll(" ", ", ")},
            entries, exits) AS said
          FROM ${dataset}.${view} WHERE station = 'ELM ST' ORDER BY said`);
      const said = (...lines: string[]) => lines.map((one) => ({ said: one }));
      expect(await by("turnstile_station_days", "local_date")).toEqual(
        said("7 2024-01-10 45 147", "AC 2024-01-10 10041 42", "AC 2024-01-11 18 20"),
      );
      expect(await by("turnstile_station_weekdays", "weekday weekday_name days")).toEqual(
        said("7 4 Wednesday 1 45 147", "AC 4 Wednesday 1 10041 42", "AC 5 Thursday 1 18 20"),
      );
      expect(await by("turnstile_station_slots", "slot slot_start days")).toEqual(
        said(
          "7 1 04:00 1 40 141",
          "7 5 20:00 1 5 6",
          "AC 1 04:00 2 39 22",
          "AC 2 08:00 1 7 10",
          "AC 3 12:00 1 10000 10",
          "AC 4 16:00 2 13 20",
        ),
      );
    });

    test("stations have their ranks between two dates, both included", async () => {
      const top = (first: string, last: string) =>
        query(`SELECT FORMAT('%s %d %d %d %d', linename, entries, entries_rank, exits, exits_rank) AS said
          FROM ${dataset}.turnstile_top_stations('2024-01-${first}', '2024-01-${last}')
          ORDER BY entries_rank`);
      expect(await top("10", "11")).toEqual([
        { said: "AC 10059 1 62 2" },
        { said: "7 45 2 147 1" },
      ]);
      expect(await top("11", "12")).toEqual([{ said: "AC 18 1 20 1" }]);
      expect(await top("12", "13")).toEqual([]);
    });
  });
});
