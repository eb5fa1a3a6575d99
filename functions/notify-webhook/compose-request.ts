import { createHash, createHmac } from "node:crypto";
import type { Anomaly } from "../../shared/events/anomaly.v1.ts";

/** A request to a webhook: Slack's JSON, and the headers of Standard Webhooks 1.0. */
export type WebhookRequest = { headers: Record<string, string>; body: string };

const words = { open: "Unusual", update: "Unusual", closed: "Over", withdrawn: "Taken back" };

/**
 * The request that tells of an anomaly. The same one has the same `webhook-id`, however often it is
 * sent, by which its receiver knows that again.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param now ms since 1970, UTC.
 * @param secret key bytes; not signed without.
 */
export function composeRequest(
  anomaly: Anomaly,
  now: number,
  secret: Uint8Array | undefined,
): WebhookRequest {
  const { incident, hour, state, revision, reason } = anomaly;
  const day = hour.slice(0, "2026-01-07".length);
  const text = `${words[state]}, ${day}: ${escapeSlack(reason)}`;
  const body = JSON.stringify({ text });
  const what = `${incident} ${hour} ${state} ${revision}`;
  const id = `msg_${createHash("sha256").update(what).digest("hex").slice(0, 32)}`;
  const timestamp = String(Math.floor(now / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  return {
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "hourtally",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      ...(secret !== undefined && {
        "webhook-signature": `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
      }),
    },
  };
}

/** Else a key could mention a whole channel: https://api.slack.com/reference/surfaces/formatting#escaping */
const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
