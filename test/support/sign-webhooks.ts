import { createHmac } from "node:crypto";

/** Made up for tests. */
export const xSecret = "made-up-consumer-secret-of-an-x-app";
export const standardSecret = "whsec_VGhlc2UgYXJlIHRoaXJ0eS10d28gYnl0ZXMgLi4u";

const hmac = (key: string | Buffer, ...parts: (string | Uint8Array)[]): string => {
  const digest = createHmac("sha256", key);
  for (const part of parts) digest.update(part);
  return digest.digest("base64");
};

/** The headers that X puts on a delivery of `body`. */
export function signX(body: string | Uint8Array, secret = xSecret) {
  return { "x-twitter-webhooks-signature": `sha256=${hmac(secret, body)}` };
}

/** The headers of a Standard Webhooks 1.0 delivery. `timestamp` is in seconds. */
export function signStandard(
  body: string | Uint8Array,
  options: { id?: string; timestamp?: number | string; secret?: string } = {},
) {
  const { id = "msg_2b9f", secret = standardSecret } = options;
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1_000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${hmac(key, `${id}.${timestamp}.`, body)}`,
  };
}
