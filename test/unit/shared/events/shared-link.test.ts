import { describe } from "vitest";
import { sharedLink } from "../../../../shared/events/shared-link.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a link of a post", () => {
  const link = {
    url: "https://a.example.com/",
    slot: "https://t.co/a",
    title: "A page",
  };

  tryFields(sharedLink, link, {
    url: { takes: ["a", long(1_000_000)], refuses: ["", long(1_000_001), undefined] },
    slot: { takes: ["", long(2_048), undefined], refuses: [long(2_049)] },
    title: { takes: ["a", long(1_024), undefined], refuses: ["", long(1_025)] },
  });
});
