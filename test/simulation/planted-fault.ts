import type { CountHours } from "./count-hours.ts";
import type { ArchiveRules } from "./create-archive.ts";
import type { ClosingRules } from "./create-closing-tables.ts";
import type { Storm } from "./draw-storm.ts";
import type { FindOpenFailures } from "./find-open-failures.ts";
import type { Twists } from "./functions-under-test.ts";
import type { Verdict } from "./judge-run.ts";

/** A fault that the simulation must catch: planted between the parts, never in them. */
export type PlantedFault = {
  name: string;
  /** What must tell of it, whatever else does. */
  sign: keyof Verdict;
  /** One that shows it, where it takes many to find one: what tests try first. */
  seed?: number;
  /** Where few of the storms that are drawn have what shows it: one that has. */
  storm?: Storm;
  twists?: Twists;
  countHours?: CountHours;
  closingRules?: Partial<ClosingRules>;
  archiveRules?: Partial<ArchiveRules>;
  findOpen?: FindOpenFailures;
};
