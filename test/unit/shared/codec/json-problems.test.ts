import { expect, test } from "vitest";
import { jsonProblems } from "../../../../shared/codec/json-problems.ts";

test("each problem of a text has its reason and its words", () => {
  expect(jsonProblems).toEqual({
    malformed: { reason: "malformed-json", message: "not valid JSON" },
    "too-deep": { reason: "malformed-json", message: "nested too deep" },
    "too-many": { reason: "too-many-records", message: "more parts than any event has" },
  });
});
