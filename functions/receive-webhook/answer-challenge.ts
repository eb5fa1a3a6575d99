import { createHmac, type KeyObject } from "node:crypto";

/** X's tokens are some forty characters. */
const maxTokenLength = 1_024;

/**
 * The answer to X's challenge-response check: proof that we know the consumer secret. Undefined
 * when the query has not exactly one usable `crc_token`.
 *
 * Anyone may ask, and what is answered is what X would sign a body with: a token that could be the
 * body of a delivery would be a forged one. A delivery is a JSON object, so it has a brace, and a
 * token must have none.
 */
export function answerChallenge(query: string, key: KeyObject): string | undefined {
  const [token, ...others] = new URLSearchParams(query).getAll("crc_token");
  if (!token || others.length > 0) return undefined;
  if (token.length > maxTokenLength || token.includes("{")) return undefined;
  return `sha256=${createHmac("sha256", key).update(token).digest("base64")}`;
}
