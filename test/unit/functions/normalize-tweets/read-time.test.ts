import { describe, expect, test } from "vitest";
import { readTime, snowflakeTime } from "../../../../functions/normalize-tweets/read-time.ts";

const utc = (text: string) => {
  const ms = readTime(text);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe("event time", () => {
  test.each([
    ["Wed Jul 03 06:29:00 +0000 2019", "2019-07-03T06:29:00.000Z"],
    ["Tue Feb 29 23:59:59 +0000 2028", "2028-02-29T23:59:59.000Z"],
    ["Wed Jul 03 06:29:00 -0530 2019", "2019-07-03T11:59:00.000Z"],
    ["2007-04-06 00:00:00 +0000", "2007-04-06T00:00:00.000Z"],
    ["2019-09-06T17:25:54.667Z", "2019-09-06T17:25:54.667Z"],
    ["2013-06-04T16:25:04+00:00", "2013-06-04T16:25:04.000Z"],
    ["2013-06-04T16:25:04.123456+02:00", "2013-06-04T14:25:04.123Z"],
    ["Sat Dec 31 23:59:60 +0000 2016", "2016-12-31T23:59:59.000Z"],
  ])("%s", (text, expected) => {
    expect(utc(text)).toBe(expected);
  });

  test.each([
    "",
    "yesterday",
    "Wed Jul 32 06:29:00 +0000 2019",
    "Sat Feb 30 06:29:00 +0000 2019",
    "Wed Jul 03 24:00:00 +0000 2019",
    "Wed Jul 03 06:60:00 +0000 2019",
    "Wed Jul 03 06:29:61 +0000 2019",
    "Wed Foo 03 06:29:00 +0000 2019",
    "2019-02-29T00:00:00Z",
    "2019-13-01T00:00:00Z",
    "2019-09-06T17:25:54.667",
    "2019-09-06",
    "1562132240183",
  ])("'%s' is no time of the calendar", (text) => {
    expect(utc(text)).toBeUndefined();
  });

  test("stands inside the id of a tweet since 2010-11", () => {
    expect(snowflakeTime("1170025343920402432")).toBe(Date.parse("2019-09-06T17:25:54.667Z"));
    expect(snowflakeTime("20")).toBeUndefined();
    expect(snowflakeTime("29000000000")).toBeUndefined();
  });
});
