import { parseEnvironment } from "../../shared/environment/parse-environment.ts";
import { postEnvironment } from "../../shared/posts/post-environment.ts";

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(postEnvironment, variables);
