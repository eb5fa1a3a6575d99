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
    MAXIMUM_BYTES_BILLED: bytesBilled(1024 ** 4),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    ...warehouseConfig(variables),
    maximumBytesBilled: variables.MAXIMUM_BYTES_BILLED,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
