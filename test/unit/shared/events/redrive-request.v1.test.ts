import { describe, expect, test } from "vitest";
import { redriveAnswer, redriveRequest } from "../../../../shared/events/redrive-request.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a request to send back", () => {
  const since = "2019-07-03T06:29:00.000Z";

  tryFields(
    redriveRequest,
    {
      stage: "normalize-tweets",
      reason: "invalid-field",
      since,
      limit: 100,
      dryRun: true,
      pageToken: "more",
      requestedBy: "someone@example.com",
    },
    {
      stage: { takes: ["a", long(128)], refuses: ["", long(129), undefined] },
      reason: { takes: [undefined], refuses: ["bad"] },
      since: { refuses: ["today", undefined] },
      limit: { takes: [1, 10_000], refuses: [0, 10_001, 1.5] },
      pageToken: { takes: ["", long(4_096), undefined], refuses: [long(4_097)] },
      requestedBy: { takes: ["a", long(256)], refuses: ["", long(257)] },
    },
  );

  test("is of all reasons, of 10,000 at most, and sends them, unless it says otherwise", () => {
    expect(redriveRequest.parse({ stage: "normalize-tweets", since })).toEqual({
      stage: "normalize-tweets",
      since,
      limit: 10_000,
      dryRun: false,
      requestedBy: "redrive-failures",
    });
  });

  test("is refused with a word that is none of it", () => {
    const { error } = redriveRequest.safeParse({ stage: "a", since, reasons: "invalid-field" });
    expect(error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: ["reasons"] }]);
  });
});

describe("the answer", () => {
  tryFields(
    redriveAnswer,
    { found: 9, redriven: 5, refused: 1, bytes: 1_234, nextPageToken: "more" },
    {
      found: { takes: [0], refuses: [-1, 0.5, undefined] },
      redriven: { refuses: [undefined] },
      refused: { refuses: [undefined] },
      bytes: { refuses: [undefined] },
      nextPageToken: { takes: [undefined] },
    },
  );
});
