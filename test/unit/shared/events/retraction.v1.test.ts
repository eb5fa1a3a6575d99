import { describe } from "vitest";
import { retraction } from "../../../../shared/events/retraction.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a retraction", () => {
  const ofAnHour = {
    stream: "url-mentions",
    hour_from: "2019-07-03T06:00:00Z",
    hour_to: "2019-07-03T07:00:00Z",
    landed_before: "2019-07-04T12:34:56.789Z",
    reason: "a release that counted twice",
    retracted_at: "2019-07-04T13:00:00.000Z",
  };

  tryFields(retraction, ofAnHour, {
    stream: { takes: ["a", long(128)], refuses: ["", long(129), undefined] },
    hour_from: { refuses: ["2019-07-03T06:30:00Z"] },
    hour_to: { refuses: ["2019-07-03T07:30:00Z"] },
    landed_before: { refuses: ["yesterday"] },
    reason: { takes: ["a", long(1_024)], refuses: ["", long(1_025)] },
    retracted_at: { refuses: [undefined] },
  });
});
