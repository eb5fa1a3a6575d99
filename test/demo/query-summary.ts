import type { BigQuery } from "@google-cloud/bigquery";
import * as z from "zod";

const count = z.coerce.number();

const totalsRow = z.object({
  lines: count,
  received: count,
  tweets: count,
  duplicates: count,
  deletes: count,
  ignored: count,
  failed: count,
  linked: count,
  unlinked: count,
  mentions: count,
  rows: count,
});

/** What the warehouse has of everything that was ever delivered to it. */
export type Totals = z.infer<typeof totalsRow>;

export type Summary = {
  received: number;
  tweets: number;
  duplicates: number;
  deletes: number;
  ignored: Record<string, number>;
  failed: number;
  /** All that failed, by function and reason; what failed before it was received, too. */
  failures: { stage: string; reason: string; n: number }[];
  /** Links of all distinct posts: `mentions` and those that count for nothing, by reason. */
  links: number;
  mentions: number;
  hours: { hour: string; mentions: number; keys: number }[];
  top: { hour: string; url_key: string; url: string; mentions: number; authors: number }[];
};

const newestHours = 3;
const linksPerHour = 10;

/**
 * Totals that close without remainder: `received` = `tweets` + `duplicates` + `deletes` + ignored
 * notices + `failed`. A delivery is told by its message and its position in it, so one that Pub/Sub
 * repeats is not received twice; one that a producer repeats is a duplicate. `lines` are the
 * distinct lines received, `linked` the links of distinct posts, without those of deleted ones:
 * `linked` = `mentions` + `unlinked`. Places are few and deliveries many: only the few are searched.
 */
export async function queryTotals(bigquery: BigQuery, dataset: string): Promise<Totals> {
  const sql = `
    WITH places AS (
      SELECT position, REGEXP_EXTRACT(position, r'^records\\[[0-9]+\\]') AS record
      FROM (SELECT DISTINCT position FROM ${dataset}.posts) AS distinct_places
    ), receipts AS (
      SELECT outcome, id, CONCAT(message_id, ' ', position) AS delivery,
        CONCAT(message_id, ' ', record) AS line
      FROM ${dataset}.posts JOIN places USING (position)
    ), failures AS (
      SELECT id, MAX(items) AS items, ANY_VALUE(CONCAT(message_id, ' ', position)) AS line
      FROM ${dataset}.failed_events
      WHERE stage = 'normalize-tweets'
      GROUP BY id
    ), linked AS (
      SELECT COALESCE(SUM(ARRAY_LENGTH(links)), 0) AS n FROM ${dataset}.posts_latest
    ), not_counted AS (
      SELECT COUNT(*) AS n FROM ${dataset}.unlinked_latest
    ), counted AS (
      SELECT COALESCE(SUM(mentions), 0) AS n FROM ${dataset}.url_hours_exact
    ), failed AS (
      SELECT COALESCE(SUM(items), 0) AS n FROM failures
    ), lines AS (
      SELECT COUNT(DISTINCT line) AS n
      FROM (SELECT line FROM receipts UNION ALL SELECT line FROM failures) AS both_kinds
    ), increments AS (
      SELECT COUNT(*) AS n FROM ${dataset}.url_hour_increments
    ), all_failures AS (
      SELECT COUNT(*) AS n FROM ${dataset}.failed_events
    )
    SELECT
      (SELECT n FROM lines) AS \`lines\`,
      COUNT(DISTINCT delivery) + (SELECT n FROM failed) AS received,
      COUNT(DISTINCT IF(outcome = 'post', id, NULL)) AS tweets,
      COUNT(DISTINCT IF(outcome = 'post', delivery, NULL))
        - COUNT(DISTINCT IF(outcome = 'post', id, NULL)) AS duplicates,
      COUNT(DISTINCT IF(outcome = 'delete', delivery, NULL)) AS deletes,
      COUNT(DISTINCT IF(outcome = 'ignored', delivery, NULL)) AS ignored,
      (SELECT n FROM failed) AS failed,
      (SELECT n FROM linked) AS linked,
      (SELECT n FROM not_counted) AS unlinked,
      (SELECT n FROM counted) AS mentions,
      COUNT(*) + (SELECT n FROM increments) + (SELECT n FROM all_failures) AS \`rows\`
    FROM receipts`;
  const [rows] = await bigquery.query(sql);
  return totalsRow.parse(rows[0]);
}

const reasonRow = z.object({ reason: z.string(), n: count });
const failureRow = z.object({ stage: z.string(), reason: z.string(), n: count });
const hourRow = z.object({ hour: z.string(), mentions: count, keys: count });
const topRow = z.object({
  hour: z.string(),
  url_key: z.string(),
  url: z.string(),
  mentions: count,
  authors: count,
});

const hourText = "FORMAT_TIMESTAMP('%Y-%m-%dT%H:00:00Z', hour)";

/**
 * Notices ignored, and links of distinct posts that count for nothing, by reason; all links of a
 * post that was deleted are `deleted`, whatever they would be otherwise.
 */
export async function queryIgnored(
  bigquery: BigQuery,
  dataset: string,
): Promise<Record<string, number>> {
  const [rows] = await bigquery.query(`
    WITH kept AS (SELECT id FROM ${dataset}.posts_latest)
    SELECT reason, COUNT(DISTINCT CONCAT(message_id, ' ', position)) AS n
    FROM ${dataset}.posts WHERE outcome = 'ignored' GROUP BY reason
    UNION ALL
    SELECT outcome AS reason, COUNT(*) AS n
    FROM ${dataset}.unlinked_latest GROUP BY outcome
    UNION ALL
    SELECT 'deleted' AS reason, COUNT(*) AS n
    FROM (${bestReadingsSql(dataset, "AND id NOT IN (SELECT id FROM kept)")}) AS gone,
      UNNEST(gone.links) AS link
    HAVING COUNT(*) > 0
    ORDER BY reason`);
  const reasons = z.array(reasonRow).parse(rows);
  return Object.fromEntries(reasons.map(({ reason, n }) => [reason, n]));
}

/** The receipts of distinct posts, of each its best informed reading, deleted or not. */
const bestReadingsSql = (dataset: string, condition = "") => `
      SELECT links FROM ${dataset}.posts WHERE outcome = 'post' ${condition}
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY id ORDER BY revision DESC, message_id, position
      ) = 1`;

async function queryLinks(bigquery: BigQuery, dataset: string): Promise<number> {
  const [rows] = await bigquery.query(`
    SELECT COUNT(*) AS n
    FROM (${bestReadingsSql(dataset)}) AS tweet, UNNEST(tweet.links) AS link`);
  return z.object({ n: count }).parse(rows[0]).n;
}

/** Everything that `npm start` tells at the end, from the exact views. */
export async function querySummary(bigquery: BigQuery, dataset: string): Promise<Summary> {
  const totals = await queryTotals(bigquery, dataset);
  const [hours] = await bigquery.query(`
    SELECT ${hourText} AS hour, SUM(mentions) AS mentions, COUNT(*) AS \`keys\`
    FROM ${dataset}.url_hours_exact GROUP BY hour ORDER BY hour`);
  const { received, tweets, duplicates, deletes, failed, mentions } = totals;
  return {
    received,
    tweets,
    duplicates,
    deletes,
    ignored: await queryIgnored(bigquery, dataset),
    failed,
    failures: await queryFailures(bigquery, dataset),
    links: await queryLinks(bigquery, dataset),
    mentions,
    hours: z.array(hourRow).parse(hours),
    top: await queryTop(bigquery, dataset),
  };
}

async function queryFailures(bigquery: BigQuery, dataset: string): Promise<Summary["failures"]> {
  const [rows] = await bigquery.query(`
    SELECT stage, reason, COUNT(DISTINCT id) AS n
    FROM ${dataset}.failed_events GROUP BY stage, reason ORDER BY stage, reason`);
  return z.array(failureRow).parse(rows);
}

async function queryTop(bigquery: BigQuery, dataset: string): Promise<Summary["top"]> {
  const [rows] = await bigquery.query(`
    SELECT ${hourText} AS hour, url_key, url, mentions, authors
    FROM (
      SELECT *,
        DENSE_RANK() OVER (ORDER BY hour DESC) AS hour_rank,
        ROW_NUMBER() OVER (PARTITION BY hour ORDER BY mentions DESC, url_key) AS link_rank
      FROM ${dataset}.url_hours_exact
    ) AS ranked
    WHERE hour_rank <= ${newestHours} AND link_rank <= ${linksPerHour}
    ORDER BY hour DESC, mentions DESC, url_key`);
  return z.array(topRow).parse(rows);
}
