import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

const environment = z
  .object({
    ...commonVariables,
    BIGQUERY_DATASET: z.string().regex(/^\w+$/),
    /** Where the dataset is; found out by itself, when absent. */
    BIGQUERY_LOCATION: z.string().min(1).optional(),
    /** It stands in SQL. */
    LAKE_BUCKET: z.string().regex(/^[a-z0-9][\w.-]+$/),
    /** A query that would read more fails before it costs anything. */
    MAXIMUM_BYTES_BILLED: z
      .string()
      .regex(/^\d+$/)
      .default(String(100 * 1024 ** 3)),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    dataset: variables.BIGQUERY_DATASET,
    location: variables.BIGQUERY_LOCATION,
    bucket: variables.LAKE_BUCKET,
    maximumBytesBilled: variables.MAXIMUM_BYTES_BILLED,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
