import { describe } from "vitest";
import { redrive } from "../../../../shared/events/redrive.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a redrive", () => {
  const one = {
    failed_event_id: "normalize-tweets:m1/records[0]",
    redriven_at: "2019-07-03T06:29:00.000Z",
    requested_by: "someone@example.com",
  };

  tryFields(redrive, one, {
    failed_event_id: { takes: ["a", long(2_048)], refuses: ["", long(2_049)] },
    redriven_at: { refuses: ["today"] },
    requested_by: { takes: ["a", long(256)], refuses: ["", long(257)] },
  });
});
