import * as z from "zod";
import { commonConfig, commonVariables } from "../environment/common-variables.ts";

/** Environment variables of every normalizer of posts. */
export const postEnvironment = z
  .object({ ...commonVariables, STORE_TEXT: z.enum(["true", "false"]).default("true") })
  .transform((variables) => ({
    ...commonConfig(variables),
    storesText: variables.STORE_TEXT === "true",
  }));
