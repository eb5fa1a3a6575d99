import { describe, expect, test } from "vitest";
import { closeAnswer, closeRequest } from "../../../../shared/events/close-request.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

const six = "2019-07-03T06:00:00Z";
const seven = "2019-07-03T07:00:00Z";

describe("a request to close hours", () => {
  tryFields(
    closeRequest,
    { from: six, to: seven, stream: "url-mentions" },
    { stream: { takes: ["a", long(128), undefined], refuses: ["", long(129)] } },
  );

  test.each([
    ["whatever has changed", {}],
    ["the hours from one to another", { from: six, to: seven }],
    ["no hours", { from: six, to: six }],
  ])("is of %s", (_, request) => {
    expect(closeRequest.parse(request)).toEqual(request);
  });

  test.each([
    ["only a beginning", { from: six }, "from goes with to"],
    ["only an end", { to: six }, "from goes with to"],
    ["an end before its beginning", { from: seven, to: six }, "to is before from"],
    ["half an hour", { from: "2019-07-03T06:30:00Z", to: seven }, "not the start of an hour"],
  ])("may not have %s", (_, request, message) => {
    const { error } = closeRequest.safeParse(request);
    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

describe("the answer", () => {
  const stream = {
    stream: "url-mentions",
    counted: 3,
    closed: 2,
    told: 2,
    bytesBilled: 10_485_760,
  };

  tryFields(
    closeAnswer,
    { streams: [stream], nextFrom: six },
    {
      streams: { takes: [[], [{ ...stream, told: 0 }]], refuses: [[{ ...stream, told: -1 }]] },
      nextFrom: { takes: [undefined], refuses: ["2019-07-03"] },
    },
  );
});
