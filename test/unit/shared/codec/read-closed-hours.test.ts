import { expect, test } from "vitest";
import { readClosedHours } from "../../../../shared/codec/read-closed-hours.ts";
import { interactions } from "../../../../shared/streams/interactions.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { delivery } from "../../../support/deliveries.ts";

const context = {
  stage: "export-hours",
  functionVersion: "v1",
  streams: [interactions, urlMentions],
};
const closed = {
  stream: "url-mentions",
  hour: "2019-07-03T06:00:00Z",
  revision: 7,
  keys: 12,
  events: 340,
  late: 2,
};
const linesOf = (...values: object[]) =>
  delivery(values.map((one) => JSON.stringify(one)).join("\n"));

test("the hours of a message that are closed are read in order", () => {
  const later = { ...closed, hour: "2019-07-03T07:00:00Z" };
  expect(readClosedHours(linesOf(closed, later), context)).toEqual({
    closed: [closed, later],
    failed: [],
  });
});

test.each([
  ["of a stream that there is not", { stream: "likes" }, "records[0].stream", "not a stream"],
  ["of no hour", { hour: "2019-07-03" }, "records[0].hour", "not the start of an hour"],
])("an hour %s is a failed event", (_, change, path, message) => {
  const { closed: read, failed } = readClosedHours(linesOf({ ...closed, ...change }), context);
  expect(read).toEqual([]);
  expect(failed).toMatchObject([
    {
      stage: "export-hours",
      function_version: "v1",
      reason: "invalid-field",
      issues: [{ path, message }],
    },
  ]);
});
