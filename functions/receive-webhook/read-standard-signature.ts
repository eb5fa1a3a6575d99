import type { RequestHead } from "./guard-requests.ts";
import type { ProblemName } from "./problem-json.ts";
import { decodeDigest, type SignatureClaim } from "./verify-hmac.ts";

/** Both ways, seconds; the specification's own value. */
const toleranceSeconds = 300;
/** Two secrets on each side make four; more is no sender's need but an attacker's. */
const maxSignatures = 16;
const version = "v1,";

/** No dot: `id.timestamp.body` must be readable in one way only. Fits a Pub/Sub attribute. */
const deliveryId = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;
/** Seconds, digits only: number parsers take `1614265330abc`, `1e9`, `+1` and leading blanks. */
const wholeSeconds = /^[1-9]\d{0,11}$/;

/**
 * The signature of a Standard Webhooks 1.0 delivery: `v1` HMAC-SHA256 of `id.timestamp.body`.
 * Signatures of other versions are passed over, as the specification demands.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param now ms since 1970, UTC.
 */
export function readStandardSignature(
  headers: RequestHead["headers"],
  now: number,
): SignatureClaim | ProblemName {
  const id = onlyValue(headers["webhook-id"]);
  const timestamp = onlyValue(headers["webhook-timestamp"]);
  const signatures = onlyValue(headers["webhook-signature"]);
  if (!id || !timestamp || !signatures) return "missing-signature";
  if (!deliveryId.test(id) || !wholeSeconds.test(timestamp)) return "bad-signature";
  const age = Math.floor(now / 1_000) - Number(timestamp);
  if (Math.abs(age) > toleranceSeconds) return "stale-timestamp";
  const list = signatures.split(" ", maxSignatures + 1);
  if (list.length > maxSignatures) return "bad-signature";
  const tags = list.flatMap((signature) => {
    const tag = signature.startsWith(version) && decodeDigest(signature.slice(version.length));
    return tag ? [tag] : [];
  });
  return tags.length === 0
    ? "bad-signature"
    : { prefix: `${id}.${timestamp}.`, tags, delivery: { id, timestamp } };
}

const onlyValue = (values: readonly string[] | undefined): string | undefined =>
  values?.length === 1 ? values[0] : undefined;
