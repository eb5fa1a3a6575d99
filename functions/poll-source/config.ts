import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";
import type { FileSource, PageSource, Source } from "./source.ts";
import { sources } from "./sources.ts";

/** A name, never an address, a port or a path. */
const host = z
  .string()
  .regex(/^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/i, "not a host name");

const names = z
  .string()
  .default("")
  .transform((list) => list.split(",").map((name) => name.trim()))
  .transform((list) => list.filter((name) => name !== ""))
  .refine(
    (list) => list.every((name) => sources.some((source) => source.name === name)),
    `not a source: try ${sources.map(({ name }) => name).join(", ")}`,
  );

const environment = z
  .object({
    ...commonVariables,
    LANDING_BUCKET: z.string().min(1),
    POLL_SOURCES: names,
    MASTODON_HOST: host.optional(),
    MASTODON_TOKEN: z.string().min(1).optional(),
    TURNSTILE_HOST: host.optional(),
    X_SEARCH_QUERY: z.string().min(1).max(4_096).optional(),
    X_BEARER_TOKEN: z.string().min(1).optional(),
  })
  .superRefine((variables, context) => {
    for (const source of sources.filter(({ name }) => variables.POLL_SOURCES.includes(name))) {
      const { secret } = source;
      const needed = [...source.settings, ...(secret?.isRequired ? [secret.variable] : [])];
      for (const variable of needed.filter((one) => !(one in variables))) {
        context.addIssue({ code: "custom", path: [variable], message: `${source.name} needs it` });
      }
    }
  })
  .transform(({ LANDING_BUCKET, POLL_SOURCES, ...variables }) => ({
    ...commonConfig(variables),
    bucket: LANDING_BUCKET,
    sources: sources
      .filter(({ name }) => POLL_SOURCES.includes(name))
      .map((source) => prepare(source, variables)),
  }));

/** A source as it is asked: with its whole URL and headers. */
export type Prepared<Kind extends Source> = Kind & { headers: Record<string, string> };
export type PreparedSource = Prepared<PageSource> | Prepared<FileSource>;

function prepare(
  source: Source,
  variables: Readonly<Record<string, string | undefined>>,
): PreparedSource {
  const url = source.settings.reduce<string>(
    (filled, name) => filled.replaceAll(`{${name}}`, encodeURIComponent(variables[name] ?? "")),
    source.url,
  );
  const { secret } = source;
  const value = secret && variables[secret.variable];
  const headers = secret && value ? { [secret.header]: secret.prefix + value } : {};
  return { ...source, url, headers };
}

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
