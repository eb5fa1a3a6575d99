import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

/** Centres are sought together: more than a few dozen tell no more, and take long. */
const mostColors = 32;

const whole = z.coerce.number().int().min(1);

const environment = z
  .object({
    ...commonVariables,
    APPLY_PROFILES: z.enum(["true", "false"]).default("false"),
    COLORS: whole.max(mostColors).default(5),
    LANDING_BUCKET: z.string().min(1).optional(),
    MAX_IMAGE_BYTES: whole.default(32 * 1024 ** 2),
    /** Decoded, each takes four bytes of the instance's memory. */
    MAX_IMAGE_PIXELS: whole.default(40_000_000),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    appliesProfiles: variables.APPLY_PROFILES === "true",
    colors: variables.COLORS,
    landingBucket: variables.LANDING_BUCKET,
    limits: { bytes: variables.MAX_IMAGE_BYTES, pixels: variables.MAX_IMAGE_PIXELS },
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
