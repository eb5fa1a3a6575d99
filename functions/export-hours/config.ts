import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";
import {
  bytesBilled,
  warehouseConfig,
  warehouseVariables,
} from "../../shared/environment/warehouse-variables.ts";

const environment = z
  .object({
    ...commonVariables,
    ...warehouseVariables,
    /** It stands in SQL. */
    LAKE_BUCKET: z.string().regex(/^[a-z0-9][\w.-]+$/),
    MAXIMUM_BYTES_BILLED: bytesBilled(100 * 1024 ** 3),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    ...warehouseConfig(variables),
    bucket: variables.LAKE_BUCKET,
    maximumBytesBilled: variables.MAXIMUM_BYTES_BILLED,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
