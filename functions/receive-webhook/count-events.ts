import { isUtf8 } from "node:buffer";
import { maxItems, scanJson } from "../../shared/codec/scan-json.ts";
import type { ProblemName } from "./problem-json.ts";

/**
 * How many events a body carries, as far as the envelope tells: the elements of an array, else one.
 * Total: a body that is not one JSON value in UTF-8 is a problem, and one of X that is no object.
 */
export function countEvents(body: Uint8Array, scheme: "x" | "standard"): number | ProblemName {
  // A lossy decode further on would silently alter what is counted.
  const shape = isUtf8(body) ? scanJson(body) : "malformed";
  if (shape === "malformed") return "malformed-json";
  if (shape === "too-deep") return "too-deep-json";
  // However it is divided: what fails further on would have been accepted here.
  if (shape === "too-many" || shape.listed > maxItems) return "too-many-events";
  // What answers a challenge must never be a delivery: see answer-challenge.ts.
  if (scheme === "x" && shape.kind !== "object") return "not-an-object";
  return shape.kind === "array" ? shape.elements : 1;
}
