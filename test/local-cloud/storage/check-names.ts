import { invalidRequest } from "./storage-error.ts";

/**
 * Holds a bucket name against the rules of Cloud Storage: 3–63 of `a-z 0-9 - _ .` (to 222 with
 * dots), ends alphanumeric, not an IP address, no "goog" in front.
 * https://cloud.google.com/storage/docs/buckets#naming
 *
 * @throws StorageError 400
 */
export function checkBucketName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name) &&
    name.split(".").every((part) => part.length >= 1 && part.length <= 63) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith("goog");
  if (!valid) throw invalidRequest(`Invalid bucket name: '${name}'`);
}

/**
 * Holds an object name against the rules of Cloud Storage: 1–1024 bytes of valid UTF-8, no carriage
 * return or line feed, not `.` or `..`, not an ACME challenge. Everything else is a good name:
 * names are never used as paths here.
 * https://cloud.google.com/storage/docs/objects#naming
 *
 * @throws StorageError 400
 */
export function checkObjectName(name: string): void {
  if (name === "") throw invalidRequest("Required parameter: name");
  const valid =
    name.isWellFormed() &&
    Buffer.byteLength(name) <= 1024 &&
    !/[\r\n]/.test(name) &&
    name !== "." &&
    name !== ".." &&
    !name.startsWith(".well-known/acme-challenge/");
  if (!valid) throw invalidRequest("Disallowed object name.");
}
