import * as z from "zod";

/** Google writes numbers as text. https://cloud.google.com/bigquery/docs/reference/rest/v2/Job */
const metadataOfJob = z.object({
  status: z.object({ errorResult: z.object({ message: z.string().optional() }).optional() }),
  statistics: z
    .object({
      query: z
        .object({
          totalBytesBilled: z.coerce.number().default(0),
          exportDataStatistics: z.object({ rowCount: z.coerce.number() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

/**
 * What a query that is done says of itself: the bytes that it is billed, and the rows that it exported,
 * undefined when it has not said so.
 * @throws {Error} with BigQuery's own message when it has failed, which a client may not tell.
 */
export function parseJob(metadata: unknown): {
  bytesBilled: number;
  exportedRows: number | undefined;
} {
  const { status, statistics } = metadataOfJob.parse(metadata);
  if (status.errorResult) throw new Error(status.errorResult.message ?? "the query failed");
  return {
    bytesBilled: statistics?.query?.totalBytesBilled ?? 0,
    exportedRows: statistics?.query?.exportDataStatistics?.rowCount,
  };
}
