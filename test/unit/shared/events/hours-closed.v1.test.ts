import { describe } from "vitest";
import { hoursClosed } from "../../../../shared/events/hours-closed.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("an hour that is closed", () => {
  const closed = {
    stream: "url-mentions",
    hour: "2019-07-03T06:00:00Z",
    revision: 1_562_139_000_000,
    keys: 12,
    events: 340,
    late: 2,
  };

  tryFields(hoursClosed, closed, {
    stream: { takes: ["a", long(128)], refuses: ["", long(129), undefined] },
    hour: { refuses: ["2019-07-03T06:01:00Z"] },
    revision: { refuses: [1.5, undefined] },
    keys: { takes: [0], refuses: [-1, 1.5] },
    events: { takes: [0], refuses: [-1, 1.5] },
    late: { takes: [0], refuses: [-1, 1.5] },
  });
});
