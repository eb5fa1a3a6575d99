import type * as z from "zod";
import type { FailureIssue } from "./failed-event.v1.ts";

/**
 * The issues of a schema error with the paths of their fields, for example
 * `entities.urls[0].url`. Messages name what was expected, never what was received.
 */
export function issuesOf(error: z.ZodError): FailureIssue[] {
  return error.issues.map(({ path, message }) => ({
    path: path.reduce<string>((base, part) => joinPath(base, partOf(part)), ""),
    message,
  }));
}

/** The issues of something that stands at `base` in a message, for example `records[3].data[0]`. */
export function rebaseIssues(issues: readonly FailureIssue[], base: string): FailureIssue[] {
  return issues.map(({ path, message }) => ({ path: joinPath(base, path), message }));
}

const partOf = (part: PropertyKey): string =>
  typeof part === "number" ? `[${part}]` : String(part);

function joinPath(base: string, path: string): string {
  if (path === "" || base === "") return base + path;
  return path.startsWith("[") ? base + path : `${base}.${path}`;
}
