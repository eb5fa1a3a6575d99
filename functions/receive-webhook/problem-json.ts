/** Every failure that a sender can see. Names are part of the contract: they end the `type`. */
const problems = {
  "malformed-challenge": { status: 400, title: "The challenge needs one crc_token" },
  "malformed-json": { status: 400, title: "The body is not one JSON value in UTF-8" },
  "too-deep-json": { status: 400, title: "The body is nested too deeply" },
  "too-many-events": { status: 400, title: "The body holds more than any delivery" },
  "not-an-object": { status: 400, title: "The body is not a JSON object" },
  "missing-signature": { status: 401, title: "A header of the signature is missing or repeated" },
  "bad-signature": { status: 401, title: "The signature does not fit the request" },
  "stale-timestamp": { status: 401, title: "The timestamp is too far from now" },
  "unknown-source": { status: 404, title: "No such source" },
  "method-not-allowed": { status: 405, title: "The source does not take this method" },
  "body-timeout": { status: 408, title: "The body took too long" },
  "length-required": { status: 411, title: "The length of the body must be declared" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "unsupported-encoding": { status: 415, title: "The body must not be encoded" },
  "too-busy": { status: 429, title: "Too many bodies at once" },
  "internal-error": { status: 500, title: "The request could not be handled" },
  "publish-failed": { status: 503, title: "The body could not be stored" },
} as const;

export type ProblemName = keyof typeof problems;

/** `application/problem+json` (RFC 9457). Says nothing that depends on what was sent. */
export function problemJson(name: ProblemName): { status: number; body: string } {
  const { status, title } = problems[name];
  return { status, body: JSON.stringify({ type: `urn:hourtally:problem:${name}`, title, status }) };
}
