import { createHash } from "node:crypto";

/** Whether an id came with another body than before. */
export type RememberDelivery = (delivery: {
  topic: string;
  id: string;
  body: Uint8Array;
}) => "new" | "repeated" | "conflict";

/** Some 300 bytes each. Retries of a delivery that was refused come within minutes. */
const defaultCapacity = 10_000;

/**
 * Remembers the latest ids of this instance, to tell a sender's mistake (one id, two bodies) from
 * a repetition. It only tells: both are published, and identities make repetitions harmless.
 */
export function createDeliveryMemory(capacity = defaultCapacity): RememberDelivery {
  const digests = new Map<string, string>();
  return ({ topic, id, body }) => {
    const key = `${topic} ${id}`;
    const digest = createHash("sha256").update(body).digest("base64");
    const known = digests.get(key);
    if (known !== undefined) return known === digest ? "repeated" : "conflict";
    digests.set(key, digest);
    if (digests.size > capacity) {
      const [oldest = ""] = digests.keys();
      digests.delete(oldest);
    }
    return "new";
  };
}
