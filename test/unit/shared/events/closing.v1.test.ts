import { describe } from "vitest";
import { closing } from "../../../../shared/events/closing.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a run that closes hours", () => {
  const run = {
    stream: "url-mentions",
    watermark: "2019-07-03T07:10:00.000Z",
    hours: 3,
    bytes_billed: 10_485_760,
  };

  tryFields(closing, run, {
    stream: { takes: ["a", long(128)], refuses: ["", long(129), undefined] },
    watermark: { refuses: ["2019-07-03"] },
    hours: { takes: [0], refuses: [-1, 1.5] },
    bytes_billed: { takes: [0], refuses: [-1, 1.5] },
  });
});
