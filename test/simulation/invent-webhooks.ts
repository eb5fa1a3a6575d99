import type { Random } from "../support/create-random.ts";
import { signStandard, signX } from "../support/sign-webhooks.ts";
import type { InventedRecord, Records } from "./invent-records.ts";
import { writeTweetV1 } from "./write-lines.ts";

/** A body that someone posts until it is taken, and what must become of it. */
export type Webhook = {
  /** `msg_7`: the same at each attempt. */
  id: string;
  scheme: "x" | "standard";
  /** ms after the start at which it is posted first. */
  afterMs: number;
  record: InventedRecord & { line: string };
  /** Of its sender; before the last change of secrets it was another one. */
  secret: string;
  /** Whether its sender is one that nobody knows: it must never be taken. */
  isForged: boolean;
};

/** Keys of the function: those in use, and those before them. */
export const webhookSecrets = {
  x: ["secret-of-the-simulated-app", "secret-before-that"],
  standard: [
    "whsec_c2ltdWxhdGVkIHNlY3JldCBvZiBhIHNlbmRlcg==",
    "whsec_c2ltdWxhdGVkIHNlY3JldCBiZWZvcmUgdGhhdA==",
  ],
} as const;

/** Of whoever would like to be counted. */
export const forgersSecrets = {
  x: "secret-of-a-forger",
  standard: "whsec_c2ltdWxhdGVkIHNlY3JldCBvZiBhIGZvcmdlcg==",
} as const;

const forgedShare = 0.1;
const oldSecretShare = 0.3;

/** A webhook that is posted at a time in ms since 1970; X posts objects, others pages, too. */
export function inventWebhook(
  random: Random,
  {
    records,
    nowMs,
    afterMs,
    index,
  }: { records: Records; nowMs: number; afterMs: number; index: number },
): Webhook {
  const scheme = random.pick(["x", "standard"] as const);
  const webhook = { id: `msg_${index}`, scheme, afterMs };
  if (random.chance(forgedShare)) {
    const record = { line: neverSent(nowMs, index), receipts: [] };
    return { ...webhook, record, secret: forgersSecrets[scheme], isForged: true };
  }
  const [current, previous] = webhookSecrets[scheme];
  const secret = random.chance(oldSecretShare) ? previous : current;
  return { ...webhook, record: records.ofWebhooks(scheme, nowMs), secret, isForged: false };
}

/** The headers of an attempt at a time in ms since 1970, as they are on the wire. */
export function signWebhook({ id, scheme, record, secret }: Webhook, nowMs: number) {
  const body = Buffer.from(record.line);
  const signed: Record<string, string> =
    scheme === "x"
      ? signX(body, secret)
      : signStandard(body, { id, timestamp: Math.floor(nowMs / 1_000), secret });
  const headers = { ...signed, "content-length": String(body.length) };
  return {
    body,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  };
}

/** A tweet that nobody who is known has sent. */
const neverSent = (nowMs: number, index: number): string =>
  writeTweetV1(
    {
      native: `78${100_000 + index}`,
      version: `78${100_000 + index}`,
      iso: new Date(nowMs).toISOString(),
      author: undefined,
      kind: "post",
      links: [{ raw: "https://example.com/p/1" }],
    },
    0,
  );
