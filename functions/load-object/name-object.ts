import { hashOfName } from "../../shared/objects/name-object.ts";
import type { ObjectGeneration } from "../../shared/objects/stored-object.ts";
import type { LoadReport } from "./load-report.v1.ts";

/** https://cloud.google.com/storage/docs/objects#naming */
const maxNameBytes = 1_024;

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
  return `reports/${hashOfName(name)}.${ending}`;
}
