/** The bytes to send: `first` to `last`, both inclusive; or that the range lies outside. */
export type ByteRange = { first: number; last: number } | "unsatisfiable" | "whole";

/**
 * Reads the Range of a download of `size` bytes. What is not one byte range (several ranges, other
 * units, nonsense) means the whole object, as RFC 9110 §14.2 allows and Cloud Storage does.
 */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  const [, start = "", end = ""] = match ?? [];
  if (match === null || (start === "" && end === "")) return "whole";
  if (start === "") {
    const length = Math.min(Number(end), size);
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }
  const first = Number(start);
  if (end !== "" && Number(end) < first) return "whole";
  if (first >= size) return "unsatisfiable";
  return { first, last: end === "" ? size - 1 : Math.min(Number(end), size - 1) };
}
