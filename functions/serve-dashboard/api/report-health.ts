import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { newestHours } from "./newest-hour.ts";
import { timeText, wholeNumber } from "./parameters.ts";
import { declareRoute, format, type Route, type Sources } from "./route.ts";
import { hourSql } from "./stream-sql.ts";

const hourMs = 3_600_000;
const startOfHour = (ms: number) => Math.floor(ms / hourMs) * hourMs;

const row = z.object({
  stage: z.string().describe("Function in which they failed"),
  reason: z.string().describe("Why: a code, never what they hold"),
  failed: z.number().describe("Failed events"),
  items: z.number().describe("Items in them"),
  open: z.number().describe("Of these, failed events that were not sent back"),
  newest: z.string().describe("When the newest was first seen, UTC"),
});

const receiptsRow = z.object({
  received: z.number(),
  messages: z.number(),
  posts: z.number(),
  postDeliveries: z.number(),
  deletes: z.number(),
  ignored: z.number(),
  newest: z.string().nullable(),
  lagMs: z.number().nullable(),
});

/** What of a function's failures is a dead letter. */
const givenUp = "retries-exhausted";

/** How the pipeline is: what came, what became of it, what failed and why, and how fresh it is. */
export const reportHealth = (streams: readonly Stream[]): Route =>
  declareRoute({
    path: "/health",
    summary: "What arrived in the last hours, what became of it, and what failed, by reason",
    parameters: z.strictObject({
      hours: wholeNumber(1, 168, 24, "How many hours back, by arrival"),
      format,
    }),
    row,
    about: {
      status: z.enum(["ok", "failing"]).describe("failing: failed events wait to be sent back"),
      since: z.string(),
      received: z.number().describe("Items of messages, each delivery once"),
      counted: z.number().describe("Distinct posts"),
      duplicates: z.number().describe("Posts that came again, and were absorbed"),
      deletes: z.number(),
      ignored: z.number().describe("Notices that carry no post"),
      failed: z.number().describe("Failed events"),
      open: z.number().describe("Failed events that were not sent back"),
      deadLetters: z.number().describe("Messages given up after their last attempt"),
      messages: z.number().describe("Messages that brought it all: what Pub/Sub bills"),
      newestArrival: z.string().nullable(),
      lagSeconds: z
        .number()
        .nullable()
        .describe("From publishing to the table, of the slowest of twenty"),
      queries: z.number().describe("Queries that this instance has run: what BigQuery bills"),
      streams: z.array(
        z.object({
          name: z.string(),
          newest: z.string().nullable().describe("Newest hour that has data"),
          closed: z.string().nullable().describe("Newest hour that is closed"),
          late: z.number().describe("Events that came to hours after they were closed"),
        }),
      ),
    },
    answer: async ({ hours }, sources) => {
      const { ask, now, queries } = sources;
      // By the hour, so that identical requests are identical queries.
      const since = timeText(startOfHour(now()) - (hours - 1) * hourMs);
      const [[came], rows, progress] = await Promise.all([
        ask(
          {
            sql: `SELECT COUNT(DISTINCT CONCAT(receipt.message_id, ' ', receipt.position)) AS received,
    COUNT(DISTINCT receipt.message_id) AS messages,
    COUNT(DISTINCT IF(receipt.outcome = 'post', receipt.id, NULL)) AS posts,
    COUNT(DISTINCT IF(receipt.outcome = 'post', CONCAT(receipt.message_id, ' ', receipt.position), NULL)) AS postDeliveries,
    COUNT(DISTINCT IF(receipt.outcome = 'delete', CONCAT(receipt.message_id, ' ', receipt.position), NULL)) AS deletes,
    COUNT(DISTINCT IF(receipt.outcome = 'ignored', CONCAT(receipt.message_id, ' ', receipt.position), NULL)) AS ignored,
    FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', MAX(receipt.landed_at)) AS newest,
    APPROX_QUANTILES(TIMESTAMP_DIFF(receipt.landed_at, receipt.received_at, MILLISECOND), 20)[SAFE_OFFSET(19)] AS lagMs
  FROM receipts AS receipt
  WHERE receipt.landed_at >= TIMESTAMP(@since)`,
            params: { since },
          },
          receiptsRow,
        ),
        ask(
          {
            sql: `SELECT failure.stage, failure.reason, COUNT(DISTINCT failure.id) AS failed,
    SUM(failure.items) AS items, COUNT(DISTINCT IF(failure.is_redriven, NULL, failure.id)) AS open,
    FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', MAX(failure.first_seen)) AS newest
  FROM failures AS failure
  WHERE failure.landed_at >= TIMESTAMP(@since)
  GROUP BY failure.stage, failure.reason
  ORDER BY failed DESC, failure.stage, failure.reason`,
            params: { since },
          },
          row,
        ),
        progressOf(streams, since, sources),
      ]);
      const sum = (of: "failed" | "open") => rows.reduce((total, one) => total + one[of], 0);
      const deadLetters = rows.filter(({ reason }) => reason === givenUp);
      return {
        status: sum("open") > 0 ? "failing" : "ok",
        since,
        received: came?.received ?? 0,
        counted: came?.posts ?? 0,
        duplicates: (came?.postDeliveries ?? 0) - (came?.posts ?? 0),
        deletes: came?.deletes ?? 0,
        ignored: came?.ignored ?? 0,
        failed: sum("failed"),
        open: sum("open"),
        deadLetters: deadLetters.reduce((total, one) => total + one.failed, 0),
        messages: came?.messages ?? 0,
        newestArrival: came?.newest ?? null,
        lagSeconds: came?.lagMs == null ? null : came.lagMs / 1_000,
        queries: queries(),
        streams: progress,
        rows,
      };
    },
  });

const closedRow = z.object({ stream: z.string(), closed: z.string().nullable(), late: z.number() });

/** How far each stream is: its newest hour, and what has been closed since some time. */
async function progressOf(streams: readonly Stream[], since: string, sources: Sources) {
  const sql = streams.map(closedSql).join("\n  UNION ALL ");
  const [newest, closings] = await Promise.all([
    newestHours(sources),
    sources.ask({ sql, params: { since } }, closedRow),
  ]);
  return streams.map(({ name }) => {
    const hour = newest.get(name);
    const own = closings.find(({ stream }) => stream === name);
    return {
      name,
      newest: hour === undefined ? null : timeText(hour),
      closed: own?.closed ?? null,
      late: own?.late ?? 0,
    };
  });
}

const closedSql = ({ name, closingsView }: Stream): string =>
  `SELECT '${name}' AS stream, ${hourSql("MAX(closing.hour)")} AS closed,
    COALESCE(SUM(IF(closing.late < closing.events, closing.late, 0)), 0) AS late
  FROM ${closingsView} AS closing
  WHERE closing.hour >= TIMESTAMP(@since)`;
