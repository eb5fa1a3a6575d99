import type { BigQuery } from "@google-cloud/bigquery";
import * as z from "zod";
import type { Stream } from "../../shared/streams/stream.ts";
import { type KeyCount, leastBigHours } from "./key-series.ts";
import type { Closing } from "./known-hours.ts";

/** Reads totals of closed hours. Hours are counted since 1970, UTC. */
export type FindTotals = {
  /** All closings of all hours since `from`, by the name of their stream. */
  closings: (from: number) => Promise<ReadonlyMap<string, Closing[]>>;
  /**
   * All counts since `from` of those keys that were among the biggest in a few of the hours since
   * `judgedFrom`, as they were up to `revision`.
   */
  keys: (
    stream: Stream,
    window: { from: number; judgedFrom: number; revision: number },
  ) => Promise<KeyCount[]>;
};

const hourMs = 3_600_000;

const closingRow = z
  .object({
    stream: z.string(),
    hour: z.number(),
    revision: z.number(),
    watermark: z.number(),
    first_landed_at: z.number(),
    events: z.number(),
  })
  .transform(({ stream, hour, revision, watermark, first_landed_at, events }) => ({
    stream,
    closing: {
      hour: hour / hourMs,
      revision,
      watermark,
      firstLandedAt: first_landed_at,
      events,
    },
  }));

const keyRow = z
  .object({ hour: z.number(), revision: z.number(), amount: z.number(), is_big: z.boolean() })
  .catchall(z.union([z.string(), z.number(), z.boolean()]).nullable())
  .transform(({ hour, revision, amount, is_big, ...fields }) => ({
    hour: hour / hourMs,
    revision,
    amount,
    isBig: is_big,
    fields,
  }));

/** Queries in BigQuery, each bounded by the days that it reads and by what it may be billed. */
export function createTotalsFinder(
  bigquery: BigQuery,
  streams: readonly Stream[],
  config: { dataset: string; location?: string | undefined; maximumBytesBilled: string },
): FindTotals {
  const run = async (sql: string, params: object): Promise<unknown[]> => {
    const [rows] = await bigquery.query({
      query: sql.replaceAll("${dataset}", config.dataset),
      params,
      maximumBytesBilled: config.maximumBytesBilled,
      ...(config.location !== undefined && { location: config.location }),
    });
    return rows;
  };
  const timestampOf = (hour: number) => bigquery.timestamp(new Date(hour * hourMs));

  return {
    closings: async (from) => {
      const rows = await run(closingsSql(streams), { from: timestampOf(from) });
      const closings = new Map<string, Closing[]>(streams.map(({ name }) => [name, []]));
      for (const { stream, closing } of z.array(closingRow).parse(rows)) {
        closings.get(stream)?.push(closing);
      }
      return closings;
    },
    keys: async (stream, { from, judgedFrom, revision }) => {
      const params = {
        from: timestampOf(from),
        judged_from: timestampOf(judgedFrom),
        revision,
        keys: stream.anomalies.keys,
        big_hours: leastBigHours,
      };
      const rows = z.array(keyRow).parse(await run(keysSql(stream), params));
      return rows.map(({ fields, ...count }) => ({
        ...count,
        key: stream.keys.map((name) => String(fields[name] ?? "")),
      }));
    },
  };
}

const closingsSql = (streams: readonly Stream[]): string =>
  streams
    .map(({ name, totals }) =>
      [
        `SELECT '${name}' AS stream, UNIX_MILLIS(total.hour) AS hour, total.revision AS revision,`,
        "  UNIX_MILLIS(total.closing.watermark) AS watermark,",
        "  UNIX_MILLIS(total.closing.first_landed_at) AS first_landed_at,",
        "  total.closing.events AS events",
        `FROM \`\${dataset}.${totals.table}\` AS total`,
        "WHERE total.hour >= @from AND total.closing.events IS NOT NULL",
      ].join("\n"),
    )
    .join("\nUNION ALL\n");

function keysSql({ keys, totals, anomalies }: Stream): string {
  const names = (alias: string) => keys.map((name) => `${alias}.${name}`).join(", ");
  return [
    "WITH ranked AS (",
    `  SELECT total.hour AS hour, total.revision AS revision, ${names("total")},`,
    `    total.${anomalies.of} AS amount,`,
    "    ROW_NUMBER() OVER (",
    `      PARTITION BY total.hour, total.revision ORDER BY total.${anomalies.of} DESC, ${names("total")}`,
    "    ) <= @keys AS is_big",
    `  FROM \`\${dataset}.${totals.table}\` AS total`,
    "  WHERE total.hour >= @from AND total.revision <= @revision AND total.closing.events IS NULL",
    "), biggest AS (",
    `  SELECT ${names("ranked")}`,
    "  FROM ranked",
    "  WHERE ranked.is_big AND ranked.hour >= @judged_from",
    `  GROUP BY ${names("ranked")}`,
    "  HAVING COUNT(DISTINCT ranked.hour) >= @big_hours",
    ")",
    `SELECT UNIX_MILLIS(ranked.hour) AS hour, ranked.revision AS revision, ${names("ranked")},`,
    "  ranked.amount AS amount, ranked.is_big AS is_big",
    "FROM ranked",
    `JOIN biggest ON ${keys.map((name) => `biggest.${name} = ranked.${name}`).join(" AND ")}`,
  ].join("\n");
}
