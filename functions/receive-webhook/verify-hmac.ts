import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** A signature as a request claims it: of `prefix` and the body. */
export type SignatureClaim = {
  /** What is signed before the body; ASCII. */
  prefix: string;
  /** Any of them may be the right one. */
  tags: readonly Buffer[];
  /** What identifies the delivery, where the scheme has it. */
  delivery?: { id: string; timestamp: string };
};

const digestBytes = 32;
/** 32 bytes, padded, with zero bits where base64 has two to spare: one spelling a digest. */
const digestInBase64 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** The digest in a header, or undefined when it is not the one canonical base64 of 32 bytes. */
export function decodeDigest(text: string): Buffer | undefined {
  return digestInBase64.test(text) ? Buffer.from(text, "base64") : undefined;
}

/**
 * Whether some tag is the HMAC-SHA256 of prefix and body under some key. Tags of any other length
 * than `tagBytes` never match; comparing takes the same time wherever a tag differs.
 * @param tagBytes shorter than 32 only for protocols that cut the digest.
 */
export function verifyHmac(
  { prefix, tags }: SignatureClaim,
  body: Uint8Array,
  keys: readonly KeyObject[],
  tagBytes = digestBytes,
): boolean {
  return keys.some((key) => {
    const digest = createHmac("sha256", key).update(prefix, "latin1").update(body).digest();
    const expected = digest.subarray(0, tagBytes);
    return tags.some((tag) => tag.length === expected.length && timingSafeEqual(tag, expected));
  });
}
