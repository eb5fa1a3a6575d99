import type { BigQuery } from "@google-cloud/bigquery";
import * as z from "zod";
import { queryTotals } from "../demo/query-summary.ts";
import type { Counted } from "./judge-counts.ts";

const count = z.coerce.number();
const itemRow = z.object({ name: z.string(), n: count });
const surplusRow = z.object({ n: count });

/** All that the warehouse says of the events, from its exact views. */
export async function queryCounts(bigquery: BigQuery, dataset: string): Promise<Counted> {
  const [hours] = await bigquery.query(`
    SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:00:00Z', hour) AS hour, url_key, url, host, title, mentions,
      authors, originals
    FROM ${dataset}.url_hours_exact`);
  const [items] = await bigquery.query(`
    SELECT CONCAT(outcome, ' ', COALESCE(FORMAT_TIMESTAMP('%Y-%m-%dT%H', event_time), '-')) AS name,
      COUNT(DISTINCT id) AS n
    FROM ${dataset}.posts WHERE id IS NOT NULL GROUP BY name`);
  const { received, tweets, duplicates, deletes, ignored, failed } = await queryTotals(
    bigquery,
    dataset,
  );
  return {
    hours: hours.map((row: unknown) => JSON.stringify(row)).sort(),
    items: Object.fromEntries(
      z
        .array(itemRow)
        .parse(items)
        .map(({ name, n }) => [name, n]),
    ),
    received,
    tweets,
    duplicates,
    deletes,
    ignored,
    failed,
  };
}

/** Receipts and mentions that were written again, because something broke after they were. */
export async function queryRepeated(
  bigquery: BigQuery,
  dataset: string,
): Promise<{ receipts: number; mentions: number }> {
  const surplus = async (sql: string) => {
    const [rows] = await bigquery.query(sql);
    return z.tuple([surplusRow]).parse(rows)[0].n;
  };
  return {
    receipts: await surplus(`
      SELECT COUNT(*) - COUNT(DISTINCT CONCAT(message_id, ' ', position)) AS n
      FROM ${dataset}.posts`),
    mentions: await surplus(`
      SELECT COUNT(*) - COUNT(DISTINCT CONCAT(url_key, ' ', event.id)) AS n
      FROM ${dataset}.url_hour_increments, UNNEST(events) AS event`),
  };
}

/** Distinct items received so far. */
export async function queryReceived(bigquery: BigQuery, dataset: string): Promise<number> {
  const [rows] = await bigquery.query(
    `SELECT COUNT(DISTINCT CONCAT(message_id, ' ', position)) AS n FROM ${dataset}.posts`,
  );
  return z.tuple([surplusRow]).parse(rows)[0].n;
}
