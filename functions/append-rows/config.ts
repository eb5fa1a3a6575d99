import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

const environment = z
  .object({
    ...commonVariables,
    BIGQUERY_DATASET: z.string().regex(/^\w+$/),
    /** Address of the Storage Write API where it is not Google's own; `http:` is without TLS. */
    BIGQUERY_WRITE_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    dataset: variables.BIGQUERY_DATASET,
    writeEndpoint: variables.BIGQUERY_WRITE_ENDPOINT,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
