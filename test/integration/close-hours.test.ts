import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import type { Warehouse } from "../../functions/close-hours/close-stream.ts";
import { createHandler } from "../../functions/close-hours/handler.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import { closeAnswer } from "../../shared/events/close-request.v1.ts";
import { closing as closingRow } from "../../shared/events/closing.v1.ts";
import { hoursClosed } from "../../shared/events/hours-closed.v1.ts";
import { streams } from "../../shared/streams/streams.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { createRandom } from "../support/create-random.ts";

const projectId = "close-test";
const hourMs = 3_600_000;
/**
 * The view counts open hours from what landed in the last two days of the real clock. The first run of
 * a day looks further back than others, so that runs which are to look no further have a day in common.
 */
const start = startWithin(Date.now() - 30 * hourMs, 5);
let server: LocalBigquery;
let bigquery: BigQuery;
let warehouse: Warehouse;

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset: "hourtally" });
  bigquery = new BigQuery({ projectId });
  warehouse = createWarehouse(bigquery, { dataset: "hourtally", maximumBytesBilled: "1000000" });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

/** The last hour before `at` after which as many hours are of the same day, UTC. */
function startWithin(at: number, hours: number): number {
  const hour = Math.floor(at / hourMs);
  return (hour - Math.max(0, (hour % 24) - (24 - hours))) * hourMs;
}

let told: string[];
beforeEach(async () => {
  told = [];
  const written = ["url_hour_increments", "url_hour_totals", "retractions", "tombstones", "posts"];
  for (const table of [...written, "closings"]) {
    await bigquery.query(`DELETE FROM hourtally.${table} WHERE TRUE`);
  }
});

const sqlTime = (at: number) => `TIMESTAMP '${new Date(at).toISOString()}'`;

type Increment = { hour: number; key: string | null; ids: string[]; at: number; version?: number };

/** Increments as SQL literals; who shared is the end of the id. */
async function append(increments: readonly Increment[]): Promise<void> {
  const rows = increments.map(({ hour, key, ids, at, version = 1 }) => {
    const text = key === null ? "NULL" : `'${key}'`;
    const members = ids.map(
      (id) =>
        `STRUCT('${id}' AS id, '${id.slice(-1)}' AS author, 'post' AS kind, 'x' AS source, '0${version}' AS revision, CAST(NULL AS STRING) AS alias)`,
    );
    return `(${sqlTime(hour)}, ${text}, ${text}, ${text}, [${members.join(", ")}], ${sqlTime(at)})`;
  });
  if (rows.length === 0) return;
  await bigquery.query(`INSERT INTO hourtally.url_hour_increments
    (hour, url_key, url, host, events, landed_at) VALUES ${rows.join(", ")}`);
}

const bury = (id: string, at: number, eventTime?: number) =>
  bigquery.query(`INSERT INTO hourtally.tombstones (id, source, event_time, landed_at)
    VALUES ('${id}', 'x', ${eventTime === undefined ? "NULL" : sqlTime(eventTime)}, ${sqlTime(at)})`);

const retract = (from: number, to: number, before: number, at: number) =>
  bigquery.query(`INSERT INTO hourtally.retractions
    (stream, hour_from, hour_to, landed_before, reason, retracted_at, landed_at)
    VALUES ('url-mentions', ${sqlTime(from)}, ${sqlTime(to)}, ${sqlTime(before)}, 'test',
      ${sqlTime(at)}, ${sqlTime(at)})`);

/** What append-rows does of it. */
async function keepClosings(lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const { stream, watermark, hours } = closingRow.parse(JSON.parse(line));
    await bigquery.query(`INSERT INTO hourtally.closings
      (stream, watermark, hours, bytes_billed, landed_at)
      VALUES ('${stream}', TIMESTAMP '${watermark}', ${hours}, 0, TIMESTAMP '${watermark}')`);
  }
}

/**
 * Each another one: the id of a job bears what was drawn and when, and tests begin at one time with
 * tables that were emptied, while BigQuery runs a job of the same id only once.
 */
let draws = 0;
const drawAnother = () => ((draws++ % 1_000) + 0.5) / 1_000;

const urlMentions = streams.filter(({ name }) => name === "url-mentions");

/** One request; `step` comes before each call of a port, and may break it off. */
async function close(
  now: number,
  body: object = {},
  step: (name: string) => void = () => undefined,
) {
  const between = <Arguments extends unknown[], Result>(
    name: string,
    port: (...given: Arguments) => Promise<Result>,
  ) => {
    return async (...given: Arguments): Promise<Result> => {
      step(`before ${name}`);
      const result = await port(...given);
      step(`after ${name}`);
      return result;
    };
  };
  const handle = createHandler({
    streams: urlMentions,
    warehouse: {
      readWatermarks: between("readWatermarks", warehouse.readWatermarks),
      findTouched: between("findTouched", warehouse.findTouched),
      readHeaders: between("readHeaders", warehouse.readHeaders),
      writeTotals: between("writeTotals", warehouse.writeTotals),
    },
    publish: between("publish", async (topic, schema, lines) => {
      if (topic === "append-closings") await keepClosings(lines);
      else told.push(...lines.map((line) => `${schema} ${line}`));
    }),
    now: () => now,
    random: drawAnother,
    log: { info: () => undefined, error: () => undefined },
  });
  let status = 0;
  let answer = "";
  const response = {
    status: (code: number) => {
      status = code;
    },
    setHeader: () => undefined,
    end: (text: string) => {
      answer = text;
    },
  };
  await handle({ method: "POST", body }, response);
  const counts = status === 200 ? closeAnswer.parse(JSON.parse(answer)).streams[0] : undefined;
  return { status, ...counts };
}

const viewRow = z.object({ hour: z.number(), url_key: z.string(), mentions: z.number() });

async function view(name: "url_hours" | "url_hours_exact"): Promise<string[]> {
  const [rows] = await bigquery.query(`SELECT UNIX_MILLIS(hour) AS hour, url_key, mentions
    FROM hourtally.${name} ORDER BY hour, url_key`);
  return z
    .array(viewRow)
    .parse(rows)
    .map(({ hour, url_key, mentions }) => `${(hour - start) / hourMs} ${url_key} ${mentions}`);
}

const totalsRow = z.object({ hour: z.number(), revision: z.number() });

/** Revisions of each hour, in the order in which they were written. */
async function revisions(): Promise<Map<number, number[]>> {
  const [rows] = await bigquery.query(`SELECT UNIX_MILLIS(hour) AS hour, revision
    FROM hourtally.url_hour_totals WHERE closing.keys IS NOT NULL ORDER BY hour, revision`);
  const found = new Map<number, number[]>();
  for (const { hour, revision } of z.array(totalsRow).parse(rows)) {
    found.set(hour, [...(found.get(hour) ?? []), revision]);
  }
  return found;
}

const toldRevisions = () =>
  told.map((line) => hoursClosed.parse(JSON.parse(line.slice("hours-closed.v1 ".length))));

describe("closing at any moment", () => {
  test.each([1, 2])("the view is the oracle's after each closing, by seed %i", async (seed) => {
    const random = createRandom(seed);
    const events = new Map<string, { hour: number; key: string | null; version: number }>();
    const withdrawn = new Set<string>();
    let now = start + 2 * hourMs;
    const oracle = () => {
      const cells = new Map<string, number>();
      for (const [id, { hour, key }] of events) {
        if (withdrawn.has(id) || key === null) continue;
        const cell = `${(hour - start) / hourMs} ${key}`;
        cells.set(cell, (cells.get(cell) ?? 0) + 1);
      }
      return [...cells].map(([cell, n]) => `${cell} ${n}`).toSorted();
    };
    for (let step = 0; step < 6; step++) {
      now += random.below(4 * hourMs) * (random.chance(0.2) ? 0 : 0.5);
      const batch: Increment[] = [];
      const touched = new Set<number>();
      for (let n = 0; n < 6; n++) {
        // Most are new; some come again as they were, some better informed.
        const known = [...events.keys()];
        const id = known.length > 0 && random.chance(0.4) ? random.pick(known) : `x:${events.size}`;
        const before = events.get(id);
        const late = random.chance(0.3) ? random.below(now - start) : random.below(2 * hourMs);
        const hour = before?.hour ?? Math.floor((now - late) / hourMs) * hourMs;
        const isBetter = before === undefined || random.chance(0.5);
        const version = isBetter ? (before?.version ?? 0) + 1 : before.version;
        const key = isBetter ? random.pick(["a", "b", "c", null]) : before.key;
        if (isBetter && !withdrawn.has(id)) touched.add(hour);
        events.set(id, { hour, key, version });
        batch.push({ hour, key, ids: [id], at: now - random.below(60_000), version });
      }
      await append(batch);
      if (random.chance(0.4)) {
        const id = random.pick([...events.keys()]);
        const hour = events.get(id)?.hour ?? 0;
        if (!withdrawn.has(id)) touched.add(hour);
        withdrawn.add(id);
        await bury(id, now, hour + 1_000);
      }
      const before = await revisions();
      if (random.chance(0.3)) await close(now, {}, breakAt(random.below(10)));
      expect((await close(now)).status).toBe(200);
      expect((await view("url_hours")).toSorted()).toEqual(oracle());
      const after = await revisions();
      for (const [hour, written] of after) {
        // Totals of hours of which nothing has changed are not written again.
        if (before.has(hour) && !touched.has(hour)) expect(written).toEqual(before.get(hour));
      }
      expect(await close(now)).toMatchObject({ closed: 0 });
      expect(await revisions()).toEqual(after);
    }
    expect(await view("url_hours")).toEqual(await view("url_hours_exact"));
    expect((await revisions()).size).toBeGreaterThan(2);
  });

  const breakAt = (count: number) => {
    let left = count;
    return () => {
      if (left === 0) throw new Error("killed");
      left -= 1;
    };
  };

  test("killed anywhere, the next run closes and tells what is left", async () => {
    for (let count = 0; count < 15; count++) {
      const hour = start + count * hourMs;
      const now = hour + 1.2 * hourMs;
      await append([{ hour, key: "a", ids: [`x:${count}`], at: hour + 60_000 }]);
      const killed = await close(now, {}, breakAt(count));
      expect(killed.status, `${count}`).toBe(count < 14 ? 503 : 200);
      expect((await close(now + 60_000)).status).toBe(200);
      const newest = (await revisions()).get(hour)?.at(-1);
      const isTold = (one: z.infer<typeof hoursClosed>) =>
        Date.parse(one.hour) === hour && one.revision === newest;
      expect(toldRevisions().some(isTold), `step ${count}`).toBe(true);
    }
    expect(await view("url_hours")).toEqual(await view("url_hours_exact"));
  });

  test("two at once write the same twice, and the view shows it once", async () => {
    await append([{ hour: start, key: "a", ids: ["x:1", "x:2"], at: start + 60_000 }]);
    const now = start + 1.5 * hourMs;
    await Promise.all([close(now), close(now)]);
    expect(await view("url_hours")).toEqual(["0 a 2"]);
    expect(new Set(toldRevisions().map(({ revision }) => revision)).size).toBeLessThanOrEqual(2);
  });

  test("a clock that goes wrong does not hide what is newer", async () => {
    await append([{ hour: start, key: "a", ids: ["x:1"], at: start + 60_000 }]);
    await close(start + 9 * hourMs);
    await append([{ hour: start, key: "a", ids: ["x:2"], at: start + 9 * hourMs }]);
    await close(start + 8.9 * hourMs);
    expect(await view("url_hours")).toEqual(["0 a 2"]);
  });

  test("after a standstill, everything since the last run is closed", async () => {
    await append([{ hour: start, key: "a", ids: ["x:1"], at: start + 60_000 }]);
    await close(start + 1.1 * hourMs);
    for (let n = 1; n < 26; n++) {
      const at = start + n * hourMs + 60_000;
      await append([{ hour: start + n * hourMs, key: "a", ids: [`x:1${n}`], at }]);
    }
    await append([{ hour: start, key: "b", ids: ["x:late"], at: start + 9 * hourMs }]);
    expect(await close(start + 26.5 * hourMs)).toMatchObject({ counted: 26, closed: 26, told: 26 });
    expect(await view("url_hours")).toEqual(await view("url_hours_exact"));
  });
});

describe("what changes an hour", () => {
  beforeEach(async () => {
    await append([
      { hour: start, key: "a", ids: ["x:1", "x:2"], at: start + 60_000 },
      { hour: start, key: "b", ids: ["x:3"], at: start + 60_000 },
      { hour: start + hourMs, key: "a", ids: ["x:4"], at: start + hourMs },
    ]);
    await close(start + 2.1 * hourMs);
    told = [];
  });
  const later = start + 4 * hourMs;
  const header = (line: object) => expect.objectContaining(line);

  test("late events, of which the closing tells how many", async () => {
    await append([{ hour: start, key: "a", ids: ["x:2", "x:5"], at: later - 60_000 }]);
    expect(await close(later)).toMatchObject({ counted: 1, closed: 1, told: 1 });
    expect(toldRevisions()).toEqual([header({ keys: 2, events: 4, late: 1 })]);
    expect(await view("url_hours")).toEqual(["0 a 3", "0 b 1", "1 a 1"]);
  });

  test("what comes again changes nothing, and nobody is told", async () => {
    await append([{ hour: start, key: "a", ids: ["x:1"], at: later - 60_000 }]);
    expect(await close(later)).toMatchObject({ counted: 1, closed: 0, told: 0 });
  });

  test("a delete takes its key out of the view", async () => {
    await bury("x:3", later - 60_000, start + 5_000);
    await close(later);
    expect(await view("url_hours")).toEqual(["0 a 2", "1 a 1"]);
    expect(toldRevisions()).toEqual([header({ keys: 1, events: 2, late: 0 })]);
  });

  test("an hour of which all is deleted is closed without keys", async () => {
    await bury("x:4", later - 60_000, start + hourMs);
    await close(later);
    expect(await view("url_hours")).toEqual(["0 a 2", "0 b 1"]);
    expect(toldRevisions()).toEqual([header({ keys: 0, events: 0, late: 0 })]);
  });

  test.each([
    ["tells no time", "x:4", undefined],
    ["tells another hour", "x:4", start - 5 * hourMs],
    ["is that of an account", "them/*", undefined],
    ["is an alias", "other", undefined],
  ])("a delete whose id %s is found by the receipts of posts", async (_, id, eventTime) => {
    await bigquery.query(`DELETE FROM hourtally.url_hour_increments WHERE url_key = 'a'`);
    await bigquery.query(`INSERT INTO hourtally.url_hour_increments
      (hour, url_key, url, host, events, landed_at) VALUES (${sqlTime(start + hourMs)}, 'a', 'a', 'a',
      [STRUCT('x:4' AS id, 'them' AS author, 'post' AS kind, 'x' AS source, '01' AS revision,
        'other' AS alias)], ${sqlTime(start + hourMs)})`);
    await bigquery.query(`INSERT INTO hourtally.posts
      (outcome, source, id, author, alias, event_time, message_id, position, received_at, landed_at)
      VALUES ('post', 'x', 'x:4', 'them', 'other', ${sqlTime(start + hourMs + 5_000)}, 'm', 'p',
        ${sqlTime(start)}, ${sqlTime(start + hourMs)})`);
    await bury(id, later - 60_000, eventTime);
    await close(later);
    expect(await view("url_hours")).toEqual(["0 a 2", "0 b 1"]);
  });

  test("a delete that tells no time, when the receipt of its post comes days after it", async () => {
    const day = (days: number) => later + days * 24 * hourMs;
    for (const days of [0, 1, 2]) await close(day(days));
    await bury("x:4", day(3) - 60_000);
    for (const days of [3, 4, 5]) await close(day(days));
    // Nothing tells yet which hour it was.
    expect(await view("url_hours")).toEqual(["0 a 2", "0 b 1", "1 a 1"]);
    const landed = day(6) - 60_000;
    await bigquery.query(`INSERT INTO hourtally.posts
      (outcome, source, id, author, event_time, message_id, position, received_at, landed_at)
      VALUES ('post', 'x', 'x:4', '4', ${sqlTime(start + hourMs + 5_000)}, 'm', 'p',
        ${sqlTime(landed)}, ${sqlTime(landed)})`);
    await close(day(6));
    expect(await view("url_hours")).toEqual(["0 a 2", "0 b 1"]);
    expect(await view("url_hours_exact")).toEqual(["0 a 2", "0 b 1"]);
    expect((await close(day(7))).closed).toBe(0);
  });

  test("a retraction, and what is counted in its place", async () => {
    await retract(start, start + hourMs, later - 600_000, later - 600_000);
    await close(later - 300_000);
    expect(await view("url_hours")).toEqual(["1 a 1"]);
    await append([{ hour: start, key: "c", ids: ["x:1"], at: later - 200_000 }]);
    await close(later);
    expect(await view("url_hours")).toEqual(["0 c 1", "1 a 1"]);
    expect(await view("url_hours_exact")).toEqual(["0 c 1", "1 a 1"]);
  });

  test("a range that is asked for is told of again, whether it has changed or not", async () => {
    const text = (at: number) => new Date(at).toISOString().replace(".000Z", "Z");
    const range = { from: text(start), to: text(start + hourMs) };
    expect(await close(later, range)).toMatchObject({ counted: 1, closed: 0, told: 1 });
    expect(await close(later, { ...range, stream: "nothing" })).toEqual({ status: 400 });
    expect(await close(later, { from: range.from })).toEqual({ status: 400 });
  });

  test("with nothing new, nothing is counted, and nobody told", async () => {
    const asked: string[] = [];
    const nothing = { counted: 0, closed: 0, told: 0 };
    expect(await close(later, {}, (name) => asked.push(name))).toMatchObject(nothing);
    expect(asked.filter((name) => name.startsWith("after"))).toEqual([
      "after readWatermarks",
      "after findTouched",
      "after readHeaders",
    ]);
  });
});

test("an hour that is not over stays open", async () => {
  await append([{ hour: start, key: "a", ids: ["x:1"], at: start + 60_000 }]);
  expect(await close(start + 0.99 * hourMs)).toMatchObject({ counted: 0 });
  expect(await view("url_hours")).toEqual(["0 a 1"]);
  expect(await close(start + 1.01 * hourMs)).toMatchObject({ closed: 1 });
});
