import type { BigQuery } from "@google-cloud/bigquery";
import { urlMentions } from "../../shared/streams/url-mentions.ts";

const dayMs = 86_400_000;
const incrementsADay = 333_334;
/** Pages that are shared in an hour, of which few are shared most: 28 increments a page in the mean. */
const pagesAnHour = 500;

/** As GoogleSQL has it; `at` is ms since 1970. */
export const sqlTime = (at: number): string => `TIMESTAMP '${new Date(at).toISOString()}'`;

/** A day of increments with one event each, as single tweets make them, that landed as they happened. */
export const fillDay = (bigquery: BigQuery, day: number) =>
  bigquery.query(`
    INSERT INTO hourtally.url_hour_increments
      (hour, url_key, url, host, title, events, landed_at)
    SELECT TIMESTAMP_TRUNC(shared_at, HOUR), CONCAT('example.com/articles/2026/', page),
      CONCAT('https://example.com/articles/2026/', page), 'example.com', NULL,
      [STRUCT(CONCAT('x:14630506998761', CAST(UNIX_SECONDS(shared_at) AS STRING), CAST(n AS STRING)) AS id,
        CONCAT('author-', CAST(MOD(n * 7919, 50000) AS STRING)) AS author,
        IF(MOD(n, 3) = 0, 'repost', 'post') AS kind, 'x' AS source,
        '01.00000000.01.310.1a2b3c' AS revision, CAST(NULL AS STRING) AS alias)],
      TIMESTAMP_ADD(shared_at, INTERVAL 5 SECOND)
    FROM (
      SELECT n, TIMESTAMP_ADD(${sqlTime(day)}, INTERVAL DIV(n * 86400, ${incrementsADay}) SECOND) AS shared_at,
        CAST(CAST(FLOOR(POW(${pagesAnHour}, MOD(n * 7919, 10007) / 10007)) AS INT64) AS STRING) AS page
      FROM UNNEST(GENERATE_ARRAY(0, ${incrementsADay - 1})) AS n
    ) AS drawn`);

type Columns = { table: string; times: string[]; others: string[] };
export const incrementColumns = {
  table: urlMentions.increments.table,
  times: ["hour", "landed_at"],
  others: ["url_key", "url", "host", "title", "events"],
};
export const totalColumns = {
  table: urlMentions.totals.table,
  times: ["hour"],
  others: ["revision", "closing", "url_key", "url", "host", "mentions", "authors", "originals"],
};

/** The first day once more, so many days later: making one up takes longer than counting it. */
export function repeatDay(
  bigquery: BigQuery,
  { table, times, others }: Columns,
  start: number,
  later: number,
) {
  const moved = times.map((name) => `TIMESTAMP_ADD(${name}, INTERVAL ${later * 24} HOUR)`);
  return bigquery.query(`
    INSERT INTO hourtally.${table} (${[...times, ...others].join(", ")})
    SELECT ${[...moved, ...others].join(", ")} FROM hourtally.${table}
    WHERE hour >= ${sqlTime(start)} AND hour < ${sqlTime(start + dayMs)}`);
}
