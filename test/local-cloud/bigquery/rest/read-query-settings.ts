import { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import type { TimestampFormat } from "../encode-results.ts";
import { queryParametersSchema } from "../sql/query-parameters.ts";
import type { QueryRequest } from "../sql/translate-query.ts";

export const countSchema = z.coerce.number().int().min(0);

/** What a query may be told, by `jobs.query` and by `jobs.insert`. */
export const querySettings = {
  query: z.string(),
  useLegacySql: z.boolean().default(true),
  parameterMode: z.string().nullish(),
  queryParameters: queryParametersSchema.nullish(),
  defaultDataset: z.object({ projectId: z.string().optional(), datasetId: z.string() }).nullish(),
  // Nothing is billed here, and every query is answered anew and at once.
  maximumBytesBilled: z.union([z.string(), z.number()]).nullish(),
  priority: z.enum(["BATCH", "INTERACTIVE"]).nullish(),
  useQueryCache: z.boolean().nullish(),
  allowLargeResults: z.boolean().nullish(),
  flattenResults: z.boolean().nullish(),
  preserveNulls: z.boolean().nullish(),
  writeIncrementalResults: z.boolean().nullish(),
  continuous: z.literal(false).nullish(),
  createSession: z.literal(false).nullish(),
  // They say something of destinations, which are refused.
  createDisposition: z.string().nullish(),
  writeDisposition: z.string().nullish(),
  connectionProperties: z.array(z.never()).nullish(),
};

/** The settings of a URL that say how TIMESTAMPs are written. */
export const formatShape = {
  "formatOptions.timestampOutputFormat": z.string().optional(),
  "formatOptions.useInt64Timestamp": z.string().optional(),
};

/** A query with its parameters; throws for legacy SQL and empty texts. */
export function toQueryRequest(
  project: string,
  request: z.output<z.ZodObject<typeof querySettings>>,
): QueryRequest {
  if (request.useLegacySql) {
    throw new BigqueryError(
      "notImplemented",
      "Legacy SQL is not implemented; set useLegacySql to false",
    );
  }
  if (request.query.trim() === "") {
    throw new BigqueryError("invalid", "Required parameter is missing: query");
  }
  const { defaultDataset } = request;
  return {
    query: request.query,
    project: defaultDataset?.projectId ?? project,
    dataset: defaultDataset?.datasetId,
    parameters: request.queryParameters ?? [],
  };
}

/** Clients of different languages write `true` and `True`. */
export function readTimestampFormat(request: {
  "formatOptions.timestampOutputFormat"?: string | undefined;
  "formatOptions.useInt64Timestamp"?: string | undefined;
}): TimestampFormat {
  return chooseTimestampFormat(
    request["formatOptions.timestampOutputFormat"],
    request["formatOptions.useInt64Timestamp"]?.toLowerCase() === "true",
  );
}

export function chooseTimestampFormat(
  named: string | undefined,
  integers: boolean | undefined,
): TimestampFormat {
  if (named === "INT64" || named === "FLOAT64" || named === "ISO8601_STRING") return named;
  return integers ? "INT64" : "FLOAT64";
}
