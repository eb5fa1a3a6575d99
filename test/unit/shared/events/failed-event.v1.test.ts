import { describe, expect, test } from "vitest";
import { failedEvent, originalPartBytes } from "../../../../shared/events/failed-event.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

const reasons = [
  "empty-message",
  "unsupported-encoding",
  "truncated-data",
  "corrupt-data",
  "invalid-utf8",
  "malformed-json",
  "too-many-records",
  "too-many-failures",
  "unknown-shape",
  "invalid-field",
  "missing-id",
  "unsafe-id",
  "impossible-time",
  "invalid-row",
  "row-refused",
  "line-too-long",
  "malformed-csv",
  "truncated-object",
  "corrupt-object",
  "decompression-bomb",
  "object-too-large",
  "unsupported-format",
  "retries-exhausted",
];

describe("a failed event", () => {
  const issue = { path: "records[3].created_at", message: "not a time of the calendar" };
  const attribute = { name: "source", value: "test" };
  const failed = {
    id: "normalize-tweets:m1/records[3]",
    stage: "normalize-tweets",
    function_version: "v1",
    reason: "invalid-field",
    issues: [issue],
    items: 1,
    source_topic: "tweets",
    message_id: "m1",
    position: "records[3]",
    attributes: [attribute],
    original: "eA==",
    part: 1,
    parts: 1,
    first_seen: "2019-07-03T06:29:00.000Z",
  };

  tryFields(failedEvent, failed, {
    id: { takes: ["a", long(2_048)], refuses: ["", long(2_049)] },
    stage: { takes: ["a", long(128)], refuses: ["", long(129)] },
    function_version: { takes: ["", long(128)], refuses: [long(129)] },
    reason: { takes: reasons, refuses: ["", "no-reason"] },
    issues: {
      takes: [
        [],
        Array.from({ length: 20 }, () => issue),
        [{ path: "", message: "" }],
        [{ path: long(1_024), message: long(1_024) }],
      ],
      refuses: [
        Array.from({ length: 21 }, () => issue),
        [{ ...issue, path: long(1_025) }],
        [{ ...issue, message: long(1_025) }],
      ],
    },
    items: { takes: [100], refuses: [0, 1.5] },
    source_topic: { takes: ["", long(512)], refuses: [long(513)] },
    message_id: { takes: ["", long(512)], refuses: [long(513)] },
    position: { takes: ["", long(1_024)], refuses: [long(1_025)] },
    attributes: {
      takes: [[], Array.from({ length: 120 }, () => attribute)],
      refuses: [Array.from({ length: 121 }, () => attribute), [{ name: "source" }]],
    },
    original: { takes: [""], refuses: ["x"] },
    part: { takes: [2], refuses: [0] },
    parts: { takes: [2], refuses: [0] },
    first_seen: { refuses: ["today"] },
  });

  test("has parts of 4 MiB, of which base64 makes less than a message may have", () => {
    expect(originalPartBytes).toBe(4_194_304);
  });
});
