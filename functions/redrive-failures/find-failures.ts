import type { BigQuery, QueryRowsResponse } from "@google-cloud/bigquery";
import * as z from "zod";
import type { RedriveRequest } from "../../shared/events/redrive-request.v1.ts";
import { type PageToken, readPageToken, writePageToken } from "./page-token.ts";

/** A failed event with all its parts, ready to be sent back. */
export type Failure = {
  id: string;
  /** Full name, with the prefix of its tenant. */
  sourceTopic: string;
  /** As they are kept; Pub/Sub's own among them. */
  attributes: Record<string, string>;
  /** The bytes as they came. */
  original: Buffer;
};

/** A page of the failures of a redrive, `found` of all its pages. */
export type FoundFailures = { found: number; failures: Failure[]; nextPageToken?: string };

export type FindFailures = (request: RedriveRequest) => Promise<FoundFailures>;

/** The page token is of a query whose answer is gone: BigQuery keeps them for a day. */
export class ExpiredPageError extends Error {
  override name = "ExpiredPageError";
}

const notFound = 404;
const httpError = z.object({ code: z.number() });
const countRow = z.object({ found: z.coerce.number() });

const failureRow = z
  .object({
    id: z.string(),
    source_topic: z.string(),
    attributes: z.array(z.object({ name: z.string(), value: z.string() })),
    originals: z.array(z.instanceof(Buffer)),
  })
  .transform(
    ({ id, source_topic, attributes, originals }): Failure => ({
      id,
      sourceTopic: source_topic,
      attributes: Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
      original: Buffer.concat(originals),
    }),
  );

const queryAnswer = z.object({ totalRows: z.coerce.number(), pageToken: z.string().optional() });
/** BigQuery answers after ten seconds that it is not through: as often as a request has time for. */
const mostAsks = 20;
const unfinished = z.object({ jobComplete: z.literal(false) });

/**
 * Finds failed events that were not sent back yet. One query answers all pages of a redrive:
 * BigQuery ends a page at its limit or at about 10 MB, and bills the query once. Left out are
 * failed events of which a part is missing, and lines of which only the beginning was kept.
 */
export function createFailureFinder(
  bigquery: BigQuery,
  config: { dataset: string; location?: string | undefined; maximumBytesBilled: string },
): FindFailures {
  const open = `
    SELECT id, ANY_VALUE(source_topic) AS source_topic, ANY_VALUE(attributes) AS attributes,
      ARRAY_AGG(original ORDER BY part) AS originals
    FROM ${config.dataset}.failed_events_open
    WHERE stage = @stage AND reason != 'line-too-long' AND first_seen >= TIMESTAMP(@since)
      AND (@reason = '' OR reason = @reason)
    GROUP BY id
    HAVING COUNT(*) = MAX(parts)`;

  const optionsOf = ({ stage, since, reason }: RedriveRequest, query: string) => ({
    query,
    params: { stage, since, reason: reason ?? "" },
    maximumBytesBilled: config.maximumBytesBilled,
    ...(config.location !== undefined && { location: config.location }),
  });

  const start = async (request: RedriveRequest): Promise<PageToken> => {
    const [{ id = "", location }] = await bigquery.createQueryJob(optionsOf(request, open));
    return { job: id, ...(location !== undefined && { location }) };
  };

  return async (request) => {
    if (request.dryRun) {
      const counting = `SELECT COUNT(*) AS found FROM (SELECT id FROM (${open}) AS one) AS counted`;
      const [rows] = await bigquery.query(optionsOf(request, counting));
      return { ...countRow.parse(rows[0]), failures: [] };
    }
    const { job, location, page } =
      request.pageToken === undefined ? await start(request) : readPageToken(request.pageToken);
    try {
      const [rows, , answer] = await askUntilComplete(() =>
        bigquery.job(job, location === undefined ? {} : { location }).getQueryResults({
          autoPaginate: false,
          maxResults: request.limit,
          ...(page !== undefined && { pageToken: page }),
        }),
      );
      const { totalRows, pageToken } = queryAnswer.parse(answer);
      const next = { job, ...(location !== undefined && { location }) };
      return {
        found: totalRows,
        failures: z.array(failureRow).parse(rows),
        ...(pageToken && { nextPageToken: writePageToken({ ...next, page: pageToken }) }),
      };
    } catch (cause) {
      if (httpError.safeParse(cause).data?.code !== notFound) throw cause;
      throw new ExpiredPageError("the query of this page is gone: start again", { cause });
    }
  };
}

async function askUntilComplete(ask: () => Promise<QueryRowsResponse>): Promise<QueryRowsResponse> {
  for (let asks = 0; asks < mostAsks; asks++) {
    const answered = await ask();
    if (!unfinished.safeParse(answered[2]).success) return answered;
  }
  throw new Error("the query for failed events takes too long");
}
