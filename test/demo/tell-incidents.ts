import { setTimeout as delay } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import * as z from "zod";
import { closeAnswer } from "../../shared/events/close-request.v1.ts";
import { callFunction } from "../../terraform/operate/call-function.ts";

const name = "close-hours";
const timeoutMs = 60_000;
/** What follows from a closing takes a moment; what takes longer is on the page when it is there. */
const patienceMs = 60_000;
const lookMs = 50;
const mostIncidents = 10;

const incident = z.object({ reason: z.string() });

/**
 * Closes the hours that are over, as the schedule would within ten minutes, and says in words which of
 * them are not as the hours before let expect: where an incident begins, the newest first.
 */
export async function tellIncidents(
  { url, dataset }: { url: string; dataset: string },
  bigquery: BigQuery,
  /** Whether hours are still looked at. */
  isLooking: () => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  let next: string | undefined;
  do {
    const answer = await callFunction({ name, url, timeoutMs }, {}, closeAnswer, signal);
    next = answer.nextFrom;
  } while (next !== undefined && !signal.aborted);
  const end = Date.now() + patienceMs;
  while (isLooking() && Date.now() < end && !signal.aborted) await delay(lookMs);
  const [rows] = await bigquery.query(`
    SELECT reason FROM ${dataset}.anomalies_latest WHERE state = 'open'
    ORDER BY hour DESC, stream, key LIMIT ${mostIncidents}`);
  return z
    .array(incident)
    .parse(rows)
    .map(({ reason }) => reason);
}
