import type * as z from "zod";

/** The environment of a function does not fit its schema. Names variables, never their values. */
class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * The environment as `schema` describes it.
 * @throws {ConfigError} that names each missing or malformed variable.
 */
export function parseEnvironment<T>(
  schema: z.ZodType<T>,
  environment: Record<string, string | undefined>,
): T {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new ConfigError(`set these environment variables: ${problems.join("; ")}`);
}
