import type { FailureIssue } from "../../../shared/events/failed-event.v1.ts";

/** Every failure that a reader can see. Names are part of the contract: they end the `type`. */
const problems = {
  "invalid-parameter": { status: 400, title: "A parameter is not as it must be" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "Only GET and HEAD are taken" },
  "too-much-to-read": { status: 422, title: "This would read too much: ask for a shorter time" },
  "too-many-requests": { status: 429, title: "Too many requests at once" },
  "internal-error": { status: 500, title: "The request could not be handled" },
  "query-failed": { status: 503, title: "The counts could not be read: try again" },
} as const;

export type ProblemName = keyof typeof problems;

/** A request that cannot be answered, as its sender is told. */
export class ProblemError extends Error {
  override name = "ProblemError";
  readonly problem: ProblemName;
  readonly issues: readonly FailureIssue[] | undefined;

  constructor(problem: ProblemName, issues?: readonly FailureIssue[], options?: ErrorOptions) {
    super(problems[problem].title, options);
    this.problem = problem;
    this.issues = issues;
  }
}

/** `application/problem+json` (RFC 9457). */
export function problemBody({ problem, issues }: ProblemError) {
  const { status, title } = problems[problem];
  return { type: `urn:hourtally:problem:${problem}`, title, status, ...(issues && { issues }) };
}
