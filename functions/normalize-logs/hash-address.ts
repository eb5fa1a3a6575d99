import { createHmac, createSecretKey } from "node:crypto";
import { remember } from "../../shared/codec/remember.ts";

/** What becomes of the address that a request came from; `day` is a UTC day such as `2026-01-02`. */
export type TreatAddress = (address: string, day: string) => string | undefined;

/** Addresses of a day that are remembered. */
const mostKept = 10_000;

/**
 * Hashes addresses with a salt that is another every day, made from a secret: who came when cannot be
 * told from one day to the next, nor found by trying all addresses without the secret.
 */
export function createAddressHasher(secret: Uint8Array): TreatAddress {
  // Made once: of bytes, Node would make a key for each address.
  const key = createSecretKey(secret);
  const hashOf = remember(mostKept, (salted: string) => {
    const hash = createHmac("sha256", key).update(salted).digest("base64url");
    return `ip:${hash.slice(0, 16)}`;
  });
  return (address, day) => hashOf(`${day} ${address}`);
}
