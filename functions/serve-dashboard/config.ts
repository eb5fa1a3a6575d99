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
    PAGE_BYTES_BILLED: bytesBilled(20 * 1024 ** 3),
    REQUESTS_PER_SECOND: z.coerce.number().int().min(1).max(10_000).default(100),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    ...warehouseConfig(variables),
    maximumBytesBilled: variables.PAGE_BYTES_BILLED,
    requestsPerSecond: variables.REQUESTS_PER_SECOND,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
