import { createSecretKey, type KeyObject } from "node:crypto";
import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";
import { publishedTopic } from "../../shared/manifest/published-topic.ts";
import manifest from "./function.json" with { type: "json" };

/** Key bytes of a Standard Webhooks secret: 24 to 64, as its specification 1.0 demands. */
const standardKeyBytes = { least: 24, most: 64 };
const standardPrefix = "whsec_";

const xSecret = z
  .string()
  .regex(/^\S+$/, "must be the consumer secret, without spaces or line ends")
  .transform((secret) => createSecretKey(secret, "utf8"));

const standardSecret = z
  .string()
  .startsWith(standardPrefix, `must start with ${standardPrefix}`)
  .transform((secret) => secret.slice(standardPrefix.length))
  .pipe(z.base64(`must be base64 after ${standardPrefix}`))
  .transform((secret) => Buffer.from(secret, "base64"))
  .refine(
    ({ length }) => length >= standardKeyBytes.least && length <= standardKeyBytes.most,
    `must hold ${standardKeyBytes.least} to ${standardKeyBytes.most} bytes`,
  )
  .transform((bytes) => createSecretKey(bytes));

const topics = z
  .string()
  .transform((list) => list.split(","))
  .pipe(z.array(publishedTopic(manifest)));

const environment = z
  .object({
    ...commonVariables,
    STANDARD_WEBHOOK_TOPICS: topics.prefault("tweets"),
    PUBLISH_TIMEOUT_MS: z.coerce.number().int().min(100).max(25_000).default(8_000),
    X_CONSUMER_SECRET: xSecret.optional(),
    X_CONSUMER_SECRET_PREVIOUS: xSecret.optional(),
    STANDARD_WEBHOOK_SECRET: standardSecret.optional(),
    STANDARD_WEBHOOK_SECRET_PREVIOUS: standardSecret.optional(),
  })
  .refine((variables) => variables.X_CONSUMER_SECRET ?? !variables.X_CONSUMER_SECRET_PREVIOUS, {
    path: ["X_CONSUMER_SECRET"],
    message: "must be set beside its previous one",
  })
  .refine(
    (variables) => variables.STANDARD_WEBHOOK_SECRET ?? !variables.STANDARD_WEBHOOK_SECRET_PREVIOUS,
    { path: ["STANDARD_WEBHOOK_SECRET"], message: "must be set beside its previous one" },
  )
  .refine((variables) => !sharesKey(variables), {
    path: ["STANDARD_WEBHOOK_SECRET"],
    message: "must be no secret of X: what X signs must never be taken for another sender's",
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    standardTopics: variables.STANDARD_WEBHOOK_TOPICS,
    publishTimeoutMs: variables.PUBLISH_TIMEOUT_MS,
    /** The current one first; empty when the source is not there. */
    xSecrets: present(variables.X_CONSUMER_SECRET, variables.X_CONSUMER_SECRET_PREVIOUS),
    standardSecrets: present(
      variables.STANDARD_WEBHOOK_SECRET,
      variables.STANDARD_WEBHOOK_SECRET_PREVIOUS,
    ),
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);

type Secrets = Record<
  | "X_CONSUMER_SECRET"
  | "X_CONSUMER_SECRET_PREVIOUS"
  | "STANDARD_WEBHOOK_SECRET"
  | "STANDARD_WEBHOOK_SECRET_PREVIOUS",
  KeyObject | undefined
>;

function sharesKey(secrets: Partial<Secrets>): boolean {
  const ofX = present(secrets.X_CONSUMER_SECRET, secrets.X_CONSUMER_SECRET_PREVIOUS);
  return present(secrets.STANDARD_WEBHOOK_SECRET, secrets.STANDARD_WEBHOOK_SECRET_PREVIOUS).some(
    (standard) => ofX.some((x) => x.equals(standard)),
  );
}

function present(...secrets: (KeyObject | undefined)[]): KeyObject[] {
  return secrets.filter((secret) => secret !== undefined);
}
