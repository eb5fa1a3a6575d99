import type { RequestHead } from "./guard-requests.ts";
import type { ProblemName } from "./problem-json.ts";
import { decodeDigest, type SignatureClaim } from "./verify-hmac.ts";

const scheme = "sha256=";

/** The signature of an X webhook: base64 HMAC-SHA256 of the body's bytes, one header. */
export function readXSignature(headers: RequestHead["headers"]): SignatureClaim | ProblemName {
  const [header, ...others] = headers["x-twitter-webhooks-signature"] ?? [];
  if (header === undefined || others.length > 0) return "missing-signature";
  if (!header.startsWith(scheme)) return "bad-signature";
  const tag = decodeDigest(header.slice(scheme.length));
  return tag === undefined ? "bad-signature" : { prefix: "", tags: [tag] };
}
