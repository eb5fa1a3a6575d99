import type { BigQuery } from "@google-cloud/bigquery";
import * as z from "zod";
import { type Query, type RunQuery, TooMuchToReadError } from "./query.ts";

const apiError = z.object({ errors: z.array(z.object({ reason: z.string() })) });

/** The port to BigQuery. Names in a query are views of the dataset. */
export function createQueryRunner(
  bigquery: BigQuery,
  config: { dataset: string; location?: string | undefined; maximumBytesBilled: string },
): RunQuery {
  return async ({ sql, params }) => {
    try {
      const [rows] = await bigquery.query({
        query: sql,
        params,
        types: arrayTypes(params),
        defaultDataset: { datasetId: config.dataset },
        maximumBytesBilled: config.maximumBytesBilled,
        ...(config.location !== undefined && { location: config.location }),
      });
      return rows;
    } catch (cause) {
      const reasons = apiError.safeParse(cause).data?.errors.map(({ reason }) => reason) ?? [];
      if (!reasons.includes("bytesBilledLimitExceeded")) throw cause;
      throw new TooMuchToReadError("a query would read more than it may", { cause });
    }
  };
}

/** The client cannot tell the type of a list that is empty. */
const arrayTypes = (params: Query["params"]): Record<string, ["STRING"]> =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => Array.isArray(value))
      .map(([name]) => [name, ["STRING"]]),
  );
