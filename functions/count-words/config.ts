import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

/** No text of use compresses so well; a bomb reaches four times as much. */
const maxRatio = 250;

const environment = z
  .object({
    ...commonVariables,
    LANDING_BUCKET: z.string().min(1).optional(),
    MAX_CONTENT_BYTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(256 * 1024 ** 2),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    landingBucket: variables.LANDING_BUCKET,
    limits: { contentBytes: variables.MAX_CONTENT_BYTES, ratio: maxRatio },
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
