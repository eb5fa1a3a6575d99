import { createHash } from "node:crypto";
import type { BigQuery, Query } from "@google-cloud/bigquery";
import * as z from "zod";
import { parseJob } from "../../shared/envelopes/bigquery-job.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import type { Billed, Warehouse } from "./close-stream.ts";
import { closingQueries, watermarksSql } from "./closing-queries.ts";

const alreadyExists = 409;
const httpError = z.object({ code: z.number() });

const watermarkRow = z.object({ stream: z.string(), watermark: z.number() });
const touchedRow = z
  .object({
    hour: z.number().nullable(),
    first_landed_at: z.number().nullable(),
    last_landed_at: z.number(),
  })
  .transform(({ hour, first_landed_at, last_landed_at }) => ({
    hour,
    firstLandedAt: first_landed_at ?? undefined,
    lastLandedAt: last_landed_at,
  }));
const headerRow = z
  .object({
    hour: z.number(),
    revision: z.number(),
    watermark: z.number(),
    first_landed_at: z.number(),
    keys: z.number(),
    events: z.number(),
    late: z.number(),
  })
  .transform(({ first_landed_at, ...header }) => ({ ...header, firstLandedAt: first_landed_at }));

/** Times in ms since 1970, UTC, and `revision`. */
type Parameters = Record<string, number | number[]>;

/** Queries in BigQuery. Each is bounded by what it may be billed. */
export function createWarehouse(
  bigquery: BigQuery,
  config: { dataset: string; location?: string | undefined; maximumBytesBilled: string },
): Warehouse {
  const timestampOf = (at: number) => bigquery.timestamp(new Date(at));
  const run = async (
    sql: string,
    parameters: Parameters,
    jobId?: string,
  ): Promise<Billed<unknown[]>> => {
    const { revision, ...times } = parameters;
    const timestamps = Object.entries(times).map(([name, at]) => [
      name,
      Array.isArray(at) ? at.map(timestampOf) : timestampOf(at),
    ]);
    const query: Query = {
      query: sql.replaceAll("${dataset}", config.dataset),
      params: { ...Object.fromEntries(timestamps), ...(revision !== undefined && { revision }) },
      maximumBytesBilled: config.maximumBytesBilled,
      ...(config.location !== undefined && { location: config.location }),
      ...(jobId !== undefined && { jobId }),
    };
    const job = await startJob(bigquery, query);
    const [rows] = await job.getQueryResults();
    const [metadata] = await job.getMetadata();
    return { answer: rows, bytesBilled: parseJob(metadata).bytesBilled };
  };

  return {
    readWatermarks: async (since) => {
      const { answer, bytesBilled } = await run(watermarksSql, { since });
      const rows = z.array(watermarkRow).parse(answer);
      return { answer: new Map(rows.map((one) => [one.stream, one.watermark])), bytesBilled };
    },

    findTouched: async (stream, { postsSince, deletedSince, ...window }) => {
      const queries = closingQueries(stream);
      const { since, ...hours } = window;
      const found = await run(queries.touched, window);
      let { bytesBilled } = found;
      const touched = z.array(touchedRow).parse(found.answer);
      const search = async (deleted_since: number, posts_since: number) => {
        const deleted = await run(queries.deleted, { ...hours, deleted_since, posts_since });
        bytesBilled += deleted.bytesBilled;
        touched.push(...z.array(touchedRow).parse(deleted.answer));
      };
      const hasDeletes = touched.some(({ hour }) => hour === null);
      if (hasDeletes && postsSince !== undefined) await search(since, postsSince);
      if (deletedSince !== undefined) await search(deletedSince, since);
      return { answer: mergeHours(touched), bytesBilled };
    },

    readHeaders: async (stream, hours) => {
      const { answer, bytesBilled } = await run(closingQueries(stream).headers, ofThese(hours));
      return { answer: z.array(headerRow).parse(answer), bytesBilled };
    },

    writeTotals: async (stream, { hours, landedFrom, deletedFrom, watermark, revision }) => {
      const { bytesBilled } = await run(
        closingQueries(stream).totals,
        {
          ...ofThese(hours),
          landed_from: landedFrom,
          deleted_from: deletedFrom,
          watermark,
          revision,
        },
        jobIdOf(config.dataset, stream, revision, hours),
      );
      return { answer: undefined, bytesBilled };
    },
  };
}

/** A job that is there already is the same one, started by an attempt whose answer was lost. */
async function startJob(bigquery: BigQuery, query: Query) {
  try {
    const [job] = await bigquery.createQueryJob(query);
    return job;
  } catch (error) {
    const isThere = httpError.safeParse(error).data?.code === alreadyExists;
    if (!isThere || query.jobId === undefined) throw error;
    return bigquery.job(
      query.jobId,
      query.location === undefined ? {} : { location: query.location },
    );
  }
}

function jobIdOf(dataset: string, stream: Stream, revision: number, hours: readonly number[]) {
  const which = createHash("sha256").update(hours.join(" ")).digest("hex").slice(0, 16);
  return `close-${dataset}-${stream.name}-${revision}-${which}`;
}

const ofThese = (hours: readonly number[]) => ({
  hours: [...hours],
  first_hour: Math.min(...hours),
  last_hour: Math.max(...hours),
});

type Found = z.infer<typeof touchedRow>;

/** Each hour once; a row without an hour is none. */
function mergeHours(found: readonly Found[]) {
  const hours = new Map<number, { firstLandedAt: number | undefined; lastLandedAt: number }>();
  for (const { hour, firstLandedAt, lastLandedAt } of found) {
    if (hour === null) continue;
    const known = hours.get(hour);
    hours.set(hour, {
      firstLandedAt: known?.firstLandedAt ?? firstLandedAt,
      lastLandedAt: Math.max(known?.lastLandedAt ?? 0, lastLandedAt),
    });
  }
  return [...hours].map(([hour, landed]) => ({ hour, ...landed }));
}
