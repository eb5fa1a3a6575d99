import { describe } from "vitest";
import { turnstileRow } from "../../../../shared/events/turnstile-row.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a line of a turnstile", () => {
  const line = {
    ca: "A002",
    unit: "R051",
    scp: "02-00-00",
    station: "59 ST",
    linename: "NQR456W",
    division: "BMT",
    date: "01/01/2022",
    time: "03:00:00",
    desc: "REGULAR",
    entries: 7_673_811,
    exits: 2_658_431,
    id: "a-1",
    timestamp: "2022-01-01 03:00:00",
  };

  tryFields(turnstileRow, line, {
    ca: { takes: ["a", long(256)], refuses: ["", long(257)] },
    unit: { takes: ["a", long(256)], refuses: ["", long(257)] },
    scp: { takes: ["a", long(256)], refuses: ["", long(257)] },
    station: { takes: ["", long(256)], refuses: [long(257), undefined] },
    linename: { takes: [""] },
    division: { takes: [""] },
    date: { takes: ["a"], refuses: ["", long(257)] },
    time: { takes: ["a"], refuses: ["", long(257)] },
    desc: { takes: [""] },
    entries: { takes: [0], refuses: [-1, 0.5] },
    exits: { takes: [0], refuses: [-1, 0.5] },
    id: { takes: [undefined] },
    timestamp: { takes: [undefined] },
  });
});
