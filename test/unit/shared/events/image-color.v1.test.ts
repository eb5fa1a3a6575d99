import { describe } from "vitest";
import { imageColor } from "../../../../shared/events/image-color.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("a colour of an image", () => {
  const red = {
    image: "cats/one.png",
    generation: "1700000000000001",
    uploaded_at: "2023-11-14T22:13:20.000Z",
    rank: 2,
    color: "#c0ffee",
    share: 0.25,
    lightness: 0.9,
    a: -0.05,
    b: 0.01,
    format: "png",
    width: 640,
    height: 480,
  };

  tryFields(imageColor, red, {
    image: { takes: ["a", long(1_024)], refuses: ["", long(1_025)] },
    generation: { takes: ["7"], refuses: ["", "7a", "a7", 7] },
    uploaded_at: { refuses: ["2023-11-14"] },
    rank: { takes: [1], refuses: [0, 1.5] },
    color: { takes: ["#012345"], refuses: ["#fff", "#C0FFEE", "a#c0ffee", "#c0ffee0", "#gggggg"] },
    share: { takes: [0, 1], refuses: [-0.01, 1.01] },
    format: { takes: [long(16)], refuses: [long(17)] },
    width: { takes: [1], refuses: [0, 1.5] },
    height: { takes: [1], refuses: [0, 1.5] },
  });
});
