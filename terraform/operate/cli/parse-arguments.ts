import { type ParseArgsConfig, parseArgs } from "node:util";
import { UserError } from "./user-error.ts";

/**
 * Node's `parseArgs`, for people.
 * @throws {UserError} that names the option, where there is none such or its value is missing.
 */
export function parseArguments<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason.replace(/\.?$/, ".")} Try --help.`, { cause: error });
  }
}

/** The arguments, with `value` behind an option that stands there without one. */
export function withDefaultValue(args: readonly string[], option: string, value: string): string[] {
  return args.flatMap((argument, at) => {
    const next = args[at + 1];
    const isAlone = argument === option && (next === undefined || next.startsWith("--"));
    return isAlone ? [argument, value] : [argument];
  });
}

/**
 * A whole number that a person wrote, `10000` or `10_000`.
 * @throws {UserError} that names the option, unless it is one from `min` to `max`.
 */
export function wholeNumber(
  option: string,
  text: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number {
  const number = Number(text.replaceAll("_", ""));
  if (/^\d[\d_]*$/.test(text) && number >= min && number <= max) return number;
  throw new UserError(`${option} ${text}: must be a whole number from ${min} to ${max}`);
}
