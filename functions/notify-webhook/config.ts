import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

/** Key bytes of a Standard Webhooks secret: 24 to 64, as its specification 1.0 demands. */
const keyBytes = { least: 24, most: 64 };

const secret = z
  .string()
  .startsWith("whsec_", "must start with whsec_")
  .transform((text) => text.slice("whsec_".length))
  .pipe(z.base64("must be base64 after whsec_"))
  .transform((text) => Buffer.from(text, "base64"))
  .refine(
    ({ length }) => length >= keyBytes.least && length <= keyBytes.most,
    `must hold ${keyBytes.least} to ${keyBytes.most} bytes`,
  );

const address = z
  .url({ protocol: /^https$/, message: "must be an https address" })
  .transform((text) => new URL(text))
  .refine(({ username, password }) => username === "" && password === "", {
    message: "must not hold a user or a password",
  });

const environment = z
  .object({
    ...commonVariables,
    ALERT_WEBHOOK_URL: address.optional(),
    ALERT_WEBHOOK_SECRET: secret.optional(),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    webhook: variables.ALERT_WEBHOOK_URL,
    secret: variables.ALERT_WEBHOOK_SECRET,
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
