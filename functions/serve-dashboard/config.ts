import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

const environment = z
  .object({
    ...commonVariables,
    BIGQUERY_DATASET: z.string().regex(/^\w+$/),
    /** Where the dataset is; found out by itself, when absent. */
    BIGQUERY_LOCATION: z.string().min(1).optional(),
    /** A query that would read more fails before it costs anything. */
    PAGE_BYTES_BILLED: z
      .string()
      .regex(/^\d+$/)
      .default(String(20 * 1024 ** 3)),
    REQUESTS_PER_SECOND: z.coerce.number().int().min(1).max(10_000).default(100),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    dataset: variables.BIGQUERY_DATASET,
    location: variables.BIGQUERY_LOCATION,
    maximumBytesBilled: variables.PAGE_BYTES_BILLED,
    requestsPerSecond: variables.REQUESTS_PER_SECOND,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
