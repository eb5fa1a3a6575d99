import type { FailureReason } from "../events/failed-event.v1.ts";
import type { JsonProblem } from "./scan-json.ts";

/** What a failed event says of a text that is no record. */
export const jsonProblems: Record<JsonProblem, { reason: FailureReason; message: string }> = {
  malformed: { reason: "malformed-json", message: "not valid JSON" },
  "too-deep": { reason: "malformed-json", message: "nested too deep" },
  "too-many": { reason: "too-many-records", message: "more parts than any event has" },
};
