import * as z from "zod";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

const environment = z
  .object({
    GOOGLE_CLOUD_PROJECT: z.string().min(1),
    BIGQUERY_DATASET: z.string().regex(/^\w+$/),
    /** Where the dataset is; found out by itself, when absent. */
    BIGQUERY_LOCATION: z.string().min(1).optional(),
    /** A query that would read more fails before it costs anything. */
    MAXIMUM_BYTES_BILLED: z
      .string()
      .regex(/^\d+$/)
      .default(String(1024 ** 4)),
    TOPIC_PREFIX: z.string().default(""),
    /** Set by Cloud Run: the deployed revision. */
    K_REVISION: z.string().default("unknown"),
    LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .transform((variables) => ({
    projectId: variables.GOOGLE_CLOUD_PROJECT,
    dataset: variables.BIGQUERY_DATASET,
    location: variables.BIGQUERY_LOCATION,
    maximumBytesBilled: variables.MAXIMUM_BYTES_BILLED,
    topicPrefix: variables.TOPIC_PREFIX,
    functionVersion: variables.K_REVISION,
    logLevel: variables.LOG_LEVEL,
  }));

export type Config = z.infer<typeof environment>;

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export function parseConfig(variables: Record<string, string | undefined>): Config {
  return parseEnvironment(environment, variables);
}
