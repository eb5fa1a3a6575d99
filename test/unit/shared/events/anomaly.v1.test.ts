import { describe } from "vitest";
import { anomaly } from "../../../../shared/events/anomaly.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("an anomaly", () => {
  const peak = {
    stream: "url-mentions",
    key: "https://a.example.com/",
    hour: "2019-07-03T06:00:00Z",
    revision: 1_562_139_000_000,
    state: "open",
    incident: "url-mentions 2019-07-03T06",
    since: "2019-07-03T06:00:00Z",
    direction: "peak",
    actual: 120,
    expected: 12.5,
    usual_low: 4,
    usual_high: 30.25,
    score: 6.5,
    reason: "120 mentions, where 4 to 30 are usual",
  };

  tryFields(anomaly, peak, {
    stream: { takes: ["a", long(128)], refuses: ["", long(129), undefined] },
    key: { takes: ["", long(16_384), undefined], refuses: [long(16_385)] },
    hour: { refuses: ["2019-07-03T06:01:00Z", undefined] },
    revision: { takes: [0], refuses: [1.5] },
    state: { takes: ["open", "update", "closed", "withdrawn"], refuses: ["", "over"] },
    incident: { takes: ["a", long(256)], refuses: ["", long(257)] },
    since: { refuses: ["2019-07-03"] },
    direction: { takes: ["peak", "drop", "missing"], refuses: ["", "up"] },
    actual: { takes: [0], refuses: ["120"] },
    score: { takes: [-3.5], refuses: [Number.NaN, null] },
    reason: { takes: ["a", long(32_768)], refuses: ["", long(32_769)] },
  });
});
