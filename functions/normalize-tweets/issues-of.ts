import type { z } from "zod";
import type { FailureIssue } from "../../shared/events/failed-event.v1.ts";

/** The issues of a schema error with their paths in dotted form, for example `entities.urls[0].url`. */
export function issuesOf(error: z.ZodError): FailureIssue[] {
  return error.issues.map(({ path, message }) => ({ path: dotted(path), message }));
}

const dotted = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
