import { randomBytes } from "node:crypto";
import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";
import { createAddressHasher, type TreatAddress } from "./hash-address.ts";

const environment = z
  .object({
    ...commonVariables,
    IP_ADDRESSES: z.enum(["hash", "keep", "drop"]).default("hash"),
    IP_SALT: z.string().min(16, "must have 16 characters at least").optional(),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    treatAddress: treatAs(variables.IP_ADDRESSES, variables.IP_SALT),
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);

function treatAs(treatment: "hash" | "keep" | "drop", salt: string | undefined): TreatAddress {
  switch (treatment) {
    case "hash":
      return createAddressHasher(salt === undefined ? randomBytes(32) : Buffer.from(salt));
    case "keep":
      return (address) => address;
    case "drop":
      return () => undefined;
  }
}
