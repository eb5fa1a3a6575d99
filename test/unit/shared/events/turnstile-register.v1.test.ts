import { describe } from "vitest";
import { turnstileRegister } from "../../../../shared/events/turnstile-register.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("the registers of a turnstile", () => {
  const read = {
    read_at: "2022-01-01T08:00:00.000Z",
    utc_offset_minutes: -300,
    ca: "A002",
    unit: "R051",
    scp: "02-00-00",
    station: "59 ST",
    linename: "NQR456W",
    division: "BMT",
    description: "REGULAR",
    entries: 7_673_811,
    exits: 2_658_431,
  };

  tryFields(turnstileRegister, read, {
    read_at: { refuses: ["01/01/2022"] },
    utc_offset_minutes: { takes: [-1_440, 0, 1_440], refuses: [-1_441, 1_441, 0.5] },
    ca: { takes: ["a", long(256)], refuses: ["", long(257)] },
    unit: { takes: ["a", long(256)], refuses: ["", long(257)] },
    scp: { takes: ["a", long(256)], refuses: ["", long(257)] },
    station: { takes: ["", long(256)], refuses: [long(257), undefined] },
    linename: { takes: [""] },
    division: { takes: [""] },
    description: { takes: ["RECOVR AUD"] },
    entries: { takes: [0], refuses: [-1, 0.5] },
    exits: { takes: [0], refuses: [-1, 0.5] },
  });
});
