/** The machine-readable word BigQuery puts beside an error's message. */
export type ErrorReason =
  | "backendError"
  | "duplicate"
  | "internalError"
  | "invalid"
  | "invalidQuery"
  | "notFound"
  | "notImplemented"
  | "resourceInUse";

const statuses = {
  backendError: { code: 503, status: "UNAVAILABLE" },
  duplicate: { code: 409, status: "ALREADY_EXISTS" },
  internalError: { code: 500, status: "INTERNAL" },
  invalid: { code: 400, status: "INVALID_ARGUMENT" },
  invalidQuery: { code: 400, status: "INVALID_ARGUMENT" },
  notFound: { code: 404, status: "NOT_FOUND" },
  notImplemented: { code: 501, status: "UNIMPLEMENTED" },
  resourceInUse: { code: 400, status: "FAILED_PRECONDITION" },
} as const satisfies Record<ErrorReason, { code: number; status: string }>;

/**
 * A refusal in BigQuery's words.
 *
 * `reason` decides the HTTP status; the message is what the client shows.
 * https://cloud.google.com/bigquery/docs/error-messages
 */
export class BigqueryError extends Error {
  readonly reason: ErrorReason;
  readonly code: number;
  readonly status: string;

  constructor(reason: ErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BigqueryError";
    this.reason = reason;
    this.code = statuses[reason].code;
    this.status = statuses[reason].status;
  }
}
