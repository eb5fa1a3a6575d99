import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import type { Query } from "../queries/query.ts";
import { carrier, findCarriers } from "./find-carriers.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, nextPage, paging, range, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse, type Sources } from "./route.ts";
import { hrefOf, showLink } from "./show-link.ts";
import { filterParameters, filtersOf } from "./stream-parameters.ts";
import {
  conditionsOf,
  describeField,
  eventsSql,
  exactColumns,
  type Filters,
  facetsOf,
  filterParams,
  hourSql,
  hoursSql,
  isText,
  keyOf,
  keySql,
  needsEvents,
  summedColumns,
  sumsOf,
  typeOf,
  whereSql,
} from "./stream-sql.ts";

const hourMs = 3_600_000;
const usualHours = 3;
/** Longer ranges are added up from the hours: their events would be too many to look at. */
const exactHours = 24;
const sparkHours = 24;
/** A path or a user of log lines has many. */
const mostValues = 20;

/** Keys of a stream, ranked by a measure within a range of hours. */
export function rankKeys(stream: Stream): Route {
  const [main] = sumsOf(stream);
  const measures = stream.measures.map(({ name }) => name);
  const initial = stream.measures.find(({ counts }) => counts === "distinct") ?? main;
  const ranked = z.object({
    ...columnsOf(stream),
    ...Object.fromEntries(
      stream.measures.map(({ name, description }) => [name, z.number().describe(description)]),
    ),
  });
  const row = ranked.extend({
    before: z.number().describe(`${main?.name} in as many hours just before`),
    spark: z
      .array(z.number())
      .describe(`${main?.name} of each of the ${sparkHours} hours up to the end`),
    facets: z
      .record(z.string(), z.record(z.string(), z.number()))
      .describe("How many events there are of each kind, by field and its most frequent values"),
    shown: z.string().optional().describe("A link as people read it"),
    href: z.string().optional().describe("Where a link leads, if it leads somewhere on the web"),
    carrier: carrier.optional().describe("Of a link, the post that brought it to most"),
  });
  return declareRoute({
    path: `/streams/${stream.name}/top`,
    summary: `${stream.description}: the keys that have most within some hours`,
    parameters: z.strictObject({
      ...filterParameters(stream),
      ...range,
      by: z
        .enum(measures)
        .default(initial?.name ?? "")
        .meta({ description: "The measure to rank by" }),
      ...paging(20),
      format,
    }),
    row,
    about: {
      from: z.string(),
      to: z.string(),
      by: z.string(),
      exact: z
        .boolean()
        .describe("Whether different ones are counted over the whole range, not by the hour"),
      ...nextPage,
    },
    answer: async (asked, sources) => {
      const filters = filtersOf(stream, asked);
      const hours = await rangeOf(stream, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const [from, to] = [timeText(hours.from), timeText(hours.to)];
      const isExact = hours.to - hours.from <= exactHours * hourMs || needsEvents(stream, filters);
      const keys = stream.keys.map((name) => `event.${name}`).join(", ");
      // One more than is shown tells whether there is a next page.
      const sql = `SELECT ${[...stream.keys.map((name) => `event.${name}`), ...(isExact ? exactColumns(stream) : summedColumns(stream))].join(",\n    ")}
  FROM ${isExact ? eventsSql(stream, conditionsOf(stream, filters)) : hoursSql(stream)} AS event
  WHERE ${whereSql(stream, filters)}
  GROUP BY ${keys}
  ORDER BY ${asked.by} DESC, ${keys}
  LIMIT ${asked.limit + 1} OFFSET ${(asked.page - 1) * asked.limit}`;
      const found = await sources.ask(
        { sql, params: { from, to, ...filterParams(filters) } },
        ranked,
      );
      const rows = found.slice(0, asked.limit);
      // Of longer ranges the events are too many to look at.
      const links = isLinks(stream) && isExact ? rows.map((one) => String(one.url_key)) : [];
      const [more, carriers] = await Promise.all([
        describeKeys(stream, rows, hours, filters, sources),
        findCarriers(links, { from, to }, sources),
      ]);
      return {
        from,
        to,
        by: asked.by,
        exact: isExact,
        ...(found.length > rows.length && { next: asked.page + 1 }),
        rows: rows.map((one) => ({
          ...one,
          ...more(one),
          ...linkOf(stream, one),
          ...(carriers.has(String(one.url_key)) && { carrier: carriers.get(String(one.url_key)) }),
        })),
      };
    },
  });
}

type Row = Readonly<Record<string, unknown>>;

/** Schema of the key and what describes it, as it is read and as it is told. */
export const columnsOf = (stream: Stream) =>
  Object.fromEntries(
    [...stream.keys, ...stream.labels].map((name) => {
      const type = isText(typeOf(stream, name)) ? z.string() : z.number();
      return [name, type.nullable().describe(describeField(stream, name))];
    }),
  );

const isLinks = (stream: Stream): boolean => stream.labels.includes("url");

/** How a link is shown, and where it leads; nothing of other keys. */
export const linkOf = (stream: Stream, row: Row) => {
  if (!isLinks(stream)) return {};
  const url = row.url;
  if (typeof url !== "string") return {};
  const href = hrefOf(url);
  return { shown: showLink(url), ...(href !== undefined && { href }) };
};

/** What is told of each key beside its measures: how it went, and of what it is made. */
async function describeKeys(
  stream: Stream,
  rows: readonly Row[],
  { from, to }: { from: number; to: number },
  filters: Filters,
  { ask }: Sources,
) {
  const [main] = sumsOf(stream);
  const facets = facetsOf(stream);
  if (rows.length === 0 || main === undefined) return () => ({ before: 0, spark: [], facets: {} });
  const length = to - from;
  const since = Math.min(to - sparkHours * hourMs, from - length);
  const keys = rows.map((row) => keyOf(stream, row));
  const isAsked = `${keySql(stream)} IN UNNEST(@ids)`;
  const hourly: Query = {
    sql: `SELECT ${keySql(stream)} AS id, ${hourSql("event.hour")} AS hour, SUM(event.${main.name}) AS n
  FROM ${hoursSql(stream, "since")} AS event
  WHERE event.hour >= TIMESTAMP(@since) AND event.hour < TIMESTAMP(@to) AND ${isAsked}
  GROUP BY 1, event.hour`,
    params: { since: timeText(since), to: timeText(to), ids: keys },
  };
  const kinds: Query = {
    sql: `SELECT ${keySql(stream)} AS of_key, facet.field, facet.value, COUNT(DISTINCT event.id) AS n
  FROM ${eventsSql(stream, [isAsked, ...conditionsOf(stream, filters)])} AS event,
    UNNEST([${facets.map((name) => `STRUCT('${name}' AS field, CAST(event.${name} AS STRING) AS value)`).join(", ")}]) AS facet
  WHERE ${whereSql(stream, filters)} AND ${isAsked}
  GROUP BY of_key, facet.field, facet.value
  QUALIFY ROW_NUMBER() OVER (PARTITION BY of_key, facet.field ORDER BY n DESC, facet.value) <= ${mostValues}
  ORDER BY n DESC, facet.value`,
    params: { from: timeText(from), to: timeText(to), ids: keys, ...filterParams(filters) },
  };
  // Of longer ranges the events are too many to look at.
  const isShort = length <= exactHours * hourMs && facets.length > 0;
  const [hours, counted] = await Promise.all([
    ask(hourly, hourRow),
    isShort ? ask(kinds, kindRow) : [],
  ]);
  const hoursOf = Map.groupBy(hours, ({ id }) => id);
  const countedOf = Map.groupBy(counted, ({ of_key }) => of_key);
  return (row: Row) => {
    const id = keyOf(stream, row);
    const own = hoursOf.get(id) ?? [];
    const at = new Map(own.map(({ hour, n }) => [Date.parse(hour), n]));
    const spark = Array.from(
      { length: sparkHours },
      (_, n) => at.get(to - (sparkHours - n) * hourMs) ?? 0,
    );
    let before = 0;
    for (const [hour, n] of at) if (hour >= from - length && hour < from) before += n;
    const made = countedOf.get(id) ?? [];
    const valuesOf = (name: string) =>
      made.flatMap(({ field, value, n }) => (field === name && value !== null ? [[value, n]] : []));
    const values = isShort ? facets.map((name) => [name, Object.fromEntries(valuesOf(name))]) : [];
    return { before, spark, facets: Object.fromEntries(values) };
  };
}

const hourRow = z.object({ id: z.string(), hour: z.string(), n: z.number() });
const kindRow = z.object({
  of_key: z.string(),
  field: z.string(),
  value: z.string().nullable(),
  n: z.number(),
});
