import { describe } from "vitest";
import { unlinked } from "../../../../shared/events/unlinked.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a link that is not counted", () => {
  const merged = {
    id: "x:20",
    event_time: "2006-03-21T20:50:14.000Z",
    source: "x",
    revision: "02.00000000.01.301.k3f9q2",
    url: "https://a.example.com/",
    slot: "https://t.co/a",
    outcome: "merged-within-post",
    url_key: "https://a.example.com/",
  };

  tryFields(unlinked, merged, {
    id: { refuses: ["20"] },
    revision: { refuses: ["00000000.01.301.k3f9q2"] },
    url: { refuses: [""] },
    slot: { takes: [undefined] },
    outcome: { takes: ["a", long(128)], refuses: ["", long(129)] },
    url_key: { takes: ["a", long(8_192), undefined], refuses: ["", long(8_193)] },
  });
});
