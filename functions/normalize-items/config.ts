import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

const environment = z
  .object({ ...commonVariables, STORE_TEXT: z.enum(["true", "false"]).default("true") })
  .transform((variables) => ({
    ...commonConfig(variables),
    storesText: variables.STORE_TEXT === "true",
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
