import { BigQuery } from "@google-cloud/bigquery";
// Teaches protobufjs descriptors; in the bundle of append-rows another package does.
import "@google-cloud/bigquery-storage";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import type { Header } from "../../functions/close-hours/plan-closing.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import {
  createFailureFinder,
  type Failure,
} from "../../functions/redrive-failures/find-failures.ts";
import { tables } from "../../shared/rows/tables.ts";
import { hoursViewSql } from "../../shared/streams/hours-view.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { createRandom, type Random } from "../support/create-random.ts";
import { countHours, hourText, landedAt, printHours } from "./count-hours.ts";
import { countUnlinked } from "./count-unlinked.ts";
import { type AskedQuery, closingRules, createClosingTables } from "./create-closing-tables.ts";
import type { Row } from "./create-warehouse.ts";
import { calm } from "./draw-storm.ts";
import { findOpenFailures } from "./find-open-failures.ts";
import { type Run, runSeed } from "./run-seed.ts";

const projectId = "simulated";
const dataset = "hourtally";
let server: LocalBigquery;

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset });
});

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await server.stop();
});

/** Appends rows as they landed, as far as a query has seen them. */
function createLander(rowsOf: Run["rows"]) {
  const target = { projectId, dataset, writeEndpoint: server.writeUrl };
  const append = createAppender(createWriterOpener(target));
  const landed = new Map<string, number>();
  return async (rows: AskedQuery["rows"]) => {
    for (const table of tables) {
      const from = landed.get(table.name) ?? 0;
      const to = rows(table.name);
      landed.set(table.name, to);
      const seen = rowsOf(table.name).slice(from, to);
      for (const [at, together] of Map.groupBy(seen, landedAt)) {
        // The time that append-rows gives them.
        vi.setSystemTime(at);
        expect(await append(table, together)).toEqual([]);
      }
    }
  };
}

const countRow = z.object({
  hour: z.string(),
  url_key: z.string(),
  url: z.string(),
  host: z.string(),
  title: z.string().nullable(),
  mentions: z.number(),
  authors: z.number(),
  originals: z.number(),
});
const columns = `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', hour) AS hour, url_key, url, host, title,
  mentions, authors, originals`;

/** Without what only one of both has. */
const shown = ({ hour, revision, watermark, firstLandedAt, keys, events, late }: Header) => ({
  hour,
  revision,
  watermark,
  firstLandedAt,
  keys,
  events,
  late,
});
const printFailure = ({ id, sourceTopic, attributes, original }: Failure): string =>
  JSON.stringify([id, sourceTopic, attributes, original.toString("base64")]);
const byHour = (one: { hour: number }, other: { hour: number }) => one.hour - other.hour;

// The simulation counts and closes with code of its own: this is what holds that code to the SQL.
test("views and closings say of the rows of a storm what the simulation says of them", async () => {
  const asked: AskedQuery[] = [];
  const rates = {
    duplicates: 0.5,
    failures: 0.1,
    repeats: 0.3,
    lateEvents: 0.3,
    poison: 0.02,
    refusals: 0.2,
  };
  const closings = { closings: 6, closeEveryMs: 20 * 60_000, paceMs: 20 * 60_000 };
  const run = await runSeed({
    seed: 33,
    events: 200,
    // Messages are given up soon, and their failed events are in parts.
    storm: {
      ...calm,
      ...rates,
      ...closings,
      mixedVersions: true,
      maxDeliveryAttempts: 3,
      smallLimits: true,
    },
    onQuery: (query) => asked.push(query),
  });
  expect(run.isExact).toBe(true);
  vi.useFakeTimers({ toFake: ["Date"] });
  const bigquery = new BigQuery({ projectId });
  const warehouse = createWarehouse(bigquery, { dataset, maximumBytesBilled: "1000000000" });
  const land = createLander(run.rows);
  const query = async (sql: string, params = {}) => {
    const [rows] = await bigquery.query({ query: sql, params });
    return printHours(
      z
        .array(countRow)
        .parse(rows)
        .map((row) => ({ ...row, ids: new Set() })),
    );
  };
  const findFailures = createFailureFinder(bigquery, { dataset, maximumBytesBilled: "1000000000" });
  const written: number[] = [];
  const foundParts: number[] = [];
  let incomplete = 0;
  for (const one of asked) {
    await land(one.rows);
    switch (one.query) {
      case "readWatermarks": {
        const { answer } = await warehouse.readWatermarks(...one.asked);
        expect(answer).toEqual(one.answer);
        break;
      }
      case "findTouched": {
        const { answer } = await warehouse.findTouched(...one.asked);
        expect(answer.toSorted(byHour)).toEqual(one.answer.toSorted(byHour));
        break;
      }
      case "readHeaders": {
        const { answer } = await warehouse.readHeaders(...one.asked);
        expect(answer.toSorted(byHour)).toEqual(one.answer.map(shown).toSorted(byHour));
        break;
      }
      case "writeTotals": {
        const [stream, totals] = one.asked;
        await warehouse.writeTotals(stream, totals);
        const { headers, cells } = one.answer;
        written.push(headers.length);
        const { answer } = await warehouse.readHeaders(stream, totals.hours);
        const own = answer.filter(({ revision }) => revision === totals.revision);
        expect(own.toSorted(byHour)).toEqual(headers.map(shown).toSorted(byHour));
        const counted = await query(
          `SELECT ${columns} FROM ${dataset}.url_hour_totals
          WHERE revision = @revision AND closing.keys IS NULL`,
          { revision: totals.revision },
        );
        expect(counted).toBe(printHours(cells.map(({ cell }) => cell)));
        break;
      }
      case "findFailures": {
        // Most redrives find nothing.
        if (one.answer.length === 0 && foundParts.length > 0) break;
        const request = { limit: 10_000, dryRun: false, requestedBy: "test" };
        const { failures } = await findFailures({ ...one.asked, ...request });
        expect(failures.map(printFailure).sort()).toEqual(one.answer.map(printFailure).sort());
        const there = run.rows("failed_events").slice(0, one.rows("failed_events"));
        for (const parts of Map.groupBy(there, ({ id }) => id).values()) {
          const different = new Set(parts.map(({ part }) => part));
          if (different.size < Number(parts[0]?.parts)) incomplete += 1;
        }
        foundParts.push(...one.answer.map(({ row }) => Number(row.parts)));
        break;
      }
      case "view": {
        const now = `TIMESTAMP '${new Date(one.asked).toISOString()}'`;
        const sql = hoursViewSql(urlMentions)
          .replaceAll("CURRENT_TIMESTAMP()", now)
          .replaceAll("${dataset}", dataset);
        expect(await query(`SELECT ${columns} FROM (${sql})`)).toBe(printHours(one.answer));
        break;
      }
    }
  }
  // Something of each kind was asked, and hours were closed more than once.
  expect(new Set(asked.map((one) => one.query)).size).toBe(6);
  expect(written.filter((count) => count > 0).length).toBeGreaterThan(2);
  expect(written).toContain(0);
  expect(Math.min(...foundParts)).toBe(1);
  expect(Math.max(...foundParts)).toBeGreaterThan(3);
  expect(incomplete).toBeGreaterThan(0);
  expect(await query(`SELECT ${columns} FROM ${dataset}.url_hours_exact`)).toBe(run.hours);
  expect(run.hours.split("\n").length).toBeGreaterThan(20);
});

const start = Date.parse("2026-03-10T00:00:00Z");
const hourMs = 3_600_000;
const hours = [0, 1, 2, 3].map((hour) => start + hour * hourMs);
/** When rows land: over three days and a half, many at one moment. */
const landings = Array.from({ length: 14 }, (_, turn) => start + 4 * hourMs + turn * 6 * hourMs);
/** Then nothing lands but a retraction. */
const afterwards = start + 100 * hourMs;
const revisions = [
  "02.00000000.01.300.000000",
  "02.00000000.01.301.000000",
  "02.00000001.01.300.000000",
  "03.00000000.01.300.000000",
];
const isoTime = (at: number) => new Date(at).toISOString();

/** Rows of few posts, hours and pages, so that all that can meet does. */
function inventRows(random: Random): Record<string, Row[]> {
  const land = (row: Row): Row => ({ ...row, landed_at: random.pick(landings) });
  const times = <Made>(count: number, make: () => Made) => Array.from({ length: count }, make);

  /** One of ten posts, in one of four readings: the same whenever it is read so. */
  const readSome = () => {
    const post = random.below(10);
    const edit = random.below(revisions.length);
    const at = hours[post % hours.length] ?? start;
    const author = edit === 0 && post % 3 === 0 ? undefined : `x:a${post % 4}`;
    const alias = post % 2 === 0 ? `x:alias${post}` : undefined;
    const kind = (post + edit) % 2 === 0 ? "post" : "repost";
    const identity = {
      id: `x:${post}`,
      source: "x",
      ...(author && { author }),
      ...(alias && { alias }),
    };
    const pages = (post + edit) % 7 === 0 ? [] : [0, 1, 2].filter((n) => (post + edit + n) % 3 > 0);
    return { at, identity, event: { ...identity, kind, revision: revisions[edit] ?? "" }, pages };
  };

  const increments = times(150, () => {
    const { at, event, pages } = readSome();
    const hour = hourText(at);
    if (pages.length === 0) return [land({ hour, events: [event] })];
    return pages.map((page) => {
      const title = random.chance(0.3) ? { title: `title ${random.below(3)}` } : {};
      const url = `https://example.com/${page}?${random.below(3)}`;
      const shown = { url, host: `${random.pick(["a", "b"])}.example.com`, ...title };
      return land({ hour, url_key: `example.com/${page}`, ...shown, events: [event] });
    });
  }).flat();
  const posts = times(80, () => {
    const { at, identity } = readSome();
    const outcome = random.pick(["post", "post", "delete"] as const);
    const received = { message_id: "m", position: "p", received_at: isoTime(at), links: [] };
    const event_time = isoTime(at + random.below(hourMs));
    return land({ outcome, ...identity, event_time, ...received });
  });
  // Nothing else tells of the hour of this one, which was deleted before it came.
  const late = {
    outcome: "post",
    id: "x:11",
    source: "x",
    event_time: isoTime(start + 4 * hourMs),
  };
  const delivered = { message_id: "m", position: "p", received_at: isoTime(start), links: [] };
  posts.push({ ...late, ...delivered, landed_at: afterwards });
  // And nothing of the one after it, when another was deleted.
  const removal = { ...late, outcome: "delete", event_time: isoTime(start + 5 * hourMs) };
  posts.push({ ...removal, ...delivered, landed_at: afterwards });
  const unlinked = times(60, () => {
    const { at, event } = readSome();
    const { id, source, revision } = event;
    const url = `http://localhost/${random.below(3)}`;
    return land({
      id,
      source,
      revision,
      event_time: isoTime(at),
      url,
      outcome: "no-public-suffix",
    });
  });
  const named = ["x:3", "x:3", "x:alias4", "x:a2/*", "x:a2/*", "x:99", "x:alias98", "x:a97/*"];
  const early: Row = { id: "x:11", source: "x", landed_at: landings[0] };
  const tombstones = named.map((id, n) => {
    const event_time = isoTime(random.pick(hours) + random.below(hourMs));
    return land({ id, source: "x", ...(n % 2 === 0 && { event_time }) });
  });
  tombstones.push(early);
  const retract = (turn: number, until: number, at = random.pick(landings)): Row => ({
    stream: "url-mentions",
    hour_from: hourText(hours[1] ?? start),
    hour_to: hourText(hours[until] ?? start),
    landed_before: isoTime(landings[turn] ?? start),
    reason: "invented",
    retracted_at: isoTime(start),
    landed_at: at,
  });
  const retractions = [retract(3, 2), retract(8, 3), retract(0, 3, afterwards)];
  const closings = times(8, () => {
    const stream = random.pick(["url-mentions", "interactions"]);
    return land({ stream, watermark: isoTime(random.pick(landings)), hours: 1, bytes_billed: 0 });
  });
  const failed_events = times(40, () => {
    const failure = random.below(15);
    const parts = 1 + (failure % 12);
    const part = 1 + random.below(parts);
    return land({
      id: `s:${failure}`,
      stage: failure % 2 === 0 ? "normalize-tweets" : "append-rows",
      function_version: "v1",
      reason: failure % 3 === 0 ? "unknown-shape" : "row-refused",
      issues: [],
      items: 1,
      source_topic: "tweets",
      message_id: `m${failure}`,
      position: "records[0]",
      attributes: [{ name: "source", value: `${failure}` }],
      original: Buffer.from(`${failure} ${part}`).toString("base64"),
      part,
      parts,
      first_seen: isoTime(start),
    });
  });
  const redrives = times(3, () =>
    land({
      failed_event_id: `s:${random.below(15)}`,
      redriven_at: isoTime(start),
      requested_by: "invented",
    }),
  );
  return {
    url_hour_increments: increments,
    posts,
    unlinked,
    tombstones,
    retractions,
    closings,
    failed_events,
    redrives,
  };
}

// A storm has few rows that meet: two deletes of one account, parts that are missing, a title of the same post.
test.each([1, 2])("views and closings say the same of whatever rows (%i)", async (seed) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const bigquery = new BigQuery({ projectId });
  const config = { dataset, maximumBytesBilled: "1000000000" };
  const warehouse = createWarehouse(bigquery, config);
  const findFailures = createFailureFinder(bigquery, config);
  for (const { name } of tables) await bigquery.query(`DELETE FROM ${dataset}.${name} WHERE TRUE`);
  await bigquery.query(`DELETE FROM ${dataset}.url_hour_totals WHERE TRUE`);
  const invented = inventRows(createRandom(seed));
  const rows = new Map(tables.map(({ name }): [string, Row[]] => [name, []]));
  const rowsOf = (table: string): Row[] => rows.get(table) ?? [];
  const land = createLander(rowsOf);
  const closing = createClosingTables(
    { append: () => [], rows: rowsOf, rowCounts: () => (table) => rowsOf(table).length },
    closingRules,
    () => undefined,
  );
  const countedBy = async (sql: string, params = {}) => {
    const [found] = await bigquery.query({ query: sql, params });
    return printHours(
      z
        .array(countRow)
        .parse(found)
        .map((row) => ({ ...row, ids: new Set<string>() })),
    );
  };
  const middle = landings[7] ?? start;
  const sides = [
    {
      isThere: (row: Row) => landedAt(row) < middle,
      hours: hours.slice(0, 3),
      revision: 10 * seed,
    },
    {
      isThere: (row: Row) => landedAt(row) >= middle,
      hours: hours.slice(1, 3),
      revision: 10 * seed + 1,
    },
  ];
  for (const { isThere, hours: closed, revision } of sides) {
    for (const [table, some] of Object.entries(invented))
      rowsOf(table).push(...some.filter(isThere));
    await land((table) => rowsOf(table).length);

    const [increments, tombstones, retractions] = [
      rowsOf("url_hour_increments"),
      rowsOf("tombstones"),
      rowsOf("retractions"),
    ];
    const exact = await countedBy(`SELECT ${columns} FROM ${dataset}.url_hours_exact`);
    expect(exact).toBe(printHours(countHours(increments, tombstones, retractions)));
    const [latest] = await bigquery.query(`SELECT id FROM ${dataset}.unlinked_latest`);
    const unlinked = rowsOf("unlinked");
    expect(latest).toHaveLength(countUnlinked({ increments, tombstones, retractions, unlinked }));

    for (const since of landings) {
      const { answer } = await warehouse.readWatermarks(since);
      expect(answer).toEqual(closing.queries.readWatermarks(since));
    }
    const all = { from: start, to: start + 6 * hourMs };
    const few = { from: start + hourMs, to: start + 2 * hourMs };
    for (const window of [
      { since: start, ...all },
      { since: afterwards, ...all },
      { since: afterwards, ...all, postsSince: start, deletedSince: start },
      { since: landings[5] ?? start, ...few },
      { since: landings[5] ?? start, ...all, postsSince: landings[2] ?? start },
      {
        since: landings[9] ?? start,
        ...all,
        postsSince: start,
        deletedSince: landings[3] ?? start,
      },
      { since: landings[9] ?? start, ...few, postsSince: start, deletedSince: start },
    ]) {
      const { answer } = await warehouse.findTouched(urlMentions, window);
      const said = closing.queries.findTouched(urlMentions, window);
      expect(answer.toSorted(byHour)).toEqual(said.toSorted(byHour));
    }

    for (const stage of ["normalize-tweets", "append-rows"]) {
      for (const reason of [undefined, "row-refused", "unknown-shape"] as const) {
        const asked = { stage, reason, since: isoTime(start - hourMs) };
        const request = { ...asked, limit: 10_000, dryRun: false, requestedBy: "test" };
        const { failures } = await findFailures(request);
        const failedEvents = rowsOf("failed_events");
        const said = findOpenFailures({ failedEvents, redrives: rowsOf("redrives") }, asked);
        expect(failures.map(printFailure).sort()).toEqual(said.map(printFailure).sort());
      }
    }

    const totals = {
      hours: closed,
      landedFrom: landings[1] ?? start,
      deletedFrom: landings[2] ?? start,
      watermark: middle,
      revision,
    };
    await warehouse.writeTotals(urlMentions, totals);
    closing.write(urlMentions, totals)();
    const { answer } = await warehouse.readHeaders(urlMentions, hours);
    const headers = closing.queries.readHeaders(urlMentions, hours);
    expect(answer.toSorted(byHour)).toEqual(headers.map(shown).toSorted(byHour));
    expect(headers.length).toBeGreaterThan(1);
    const cells = closing.cells.filter((one) => one.revision === revision);
    expect(
      await countedBy(
        `SELECT ${columns} FROM ${dataset}.url_hour_totals
        WHERE revision = @revision AND closing.keys IS NULL`,
        { revision },
      ),
    ).toBe(printHours(cells.map(({ cell }) => cell)));

    // At the very moment when rows are two or three days old, too.
    for (const now of [1, 4, 8].flatMap((turn) => {
      const landed = landings[turn] ?? start;
      return [landed + 48 * hourMs, landed + 72 * hourMs + 1];
    })) {
      const sql = hoursViewSql(urlMentions)
        .replaceAll("CURRENT_TIMESTAMP()", `TIMESTAMP '${isoTime(now)}'`)
        .replaceAll("${dataset}", dataset);
      const view = await countedBy(`SELECT ${columns} FROM (${sql})`);
      expect(view, isoTime(now)).toBe(printHours(closing.view(now)));
    }
  }
});
