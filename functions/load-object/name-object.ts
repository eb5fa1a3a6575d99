import { createHash } from "node:crypto";
import type { LoadReport } from "./load-report.v1.ts";

/** Identifies one generation of an object: contents never change under it. */
export type ObjectGeneration = { bucket: string; name: string; generation: string };

/** `message_id` of failed events. */
const maxIdentity = 512;
/** https://cloud.google.com/storage/docs/objects#naming */
const maxNameBytes = 1_024;

/** `<bucket>/<object>#<generation>`; a name that is too long is replaced by its hash. */
export function identityOf({ bucket, name, generation }: ObjectGeneration): string {
  const identity = `${bucket}/${name}#${generation}`;
  return identity.length <= maxIdentity ? identity : `${bucket}/${hashOf(name)}#${generation}`;
}

/**
 * Where the report of a generation stands: `reports/<object>.<generation>.report.json` when it is
 * loaded, `….failed.json` when it failed. Two names, because reports are never overwritten.
 */
export function reportNameOf(
  { name, generation }: ObjectGeneration,
  outcome: LoadReport["outcome"],
): string {
  const ending = `${generation}.${outcome === "loaded" ? "report" : "failed"}.json`;
  const report = `reports/${name}.${ending}`;
  if (Buffer.byteLength(report) <= maxNameBytes) return report;
  return `reports/${hashOf(name)}.${ending}`;
}

const hashOf = (name: string): string =>
  `sha256-${createHash("sha256").update(name).digest("hex")}`;
