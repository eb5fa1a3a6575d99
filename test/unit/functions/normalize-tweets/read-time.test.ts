import { describe, expect, test } from "vitest";
import { readTime, snowflakeTime } from "../../../../functions/normalize-tweets/read-time.ts";

const read = (text: string) => {
  const time = readTime(text);
  return typeof time === "number" ? new Date(time).toISOString() : time.problem;
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
  ])("as X writes it: %s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    ["Wed, 03 Mar 2021 10:15:00 +0000", "2021-03-03T10:15:00.000Z"],
    ["Wed, 3 Mar 2021 10:15:00 GMT", "2021-03-03T10:15:00.000Z"],
    ["03 Mar 2021 10:15 +0100 (CET)", "2021-03-03T09:15:00.000Z"],
    ["Wed, 03 Mar 2021 10:15:00 EST", "2021-03-03T15:15:00.000Z"],
    ["Wed Mar  3 10:15:00 +0000 2021", "2021-03-03T10:15:00.000Z"],
    ["wed mar 3 10:15:00 UTC 2021", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03T10:15Z", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03t10:15:00z", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03t10:15z", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03T10:15:00.5z", "2021-03-03T10:15:00.500Z"],
    ["2021-03-03t11:15:00+01:00", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03T10:15+00:00", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03 12:15+0200", "2021-03-03T10:15:00.000Z"],
    ["Wed, 03 Mar 2021 10:15 +0000", "2021-03-03T10:15:00.000Z"],
    ["Wed,  3 Mar 2021 10:15:00 +0000", "2021-03-03T10:15:00.000Z"],
    ["3 Mar 2021 05:15:00 -0500", "2021-03-03T10:15:00.000Z"],
    ["Wed, 03 Mar 2021 10:15:00 UT", "2021-03-03T10:15:00.000Z"],
    ["Wed Mar 3 10:15:00 +0000 2021", "2021-03-03T10:15:00.000Z"],
    ["Tue Mar  9 23:59:59 -0100 2021", "2021-03-10T00:59:59.000Z"],
    ["2021-03-03 10:15:00+00", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03 10:15:00 UTC", "2021-03-03T10:15:00.000Z"],
    ["2021-03-03T10:15:00,123+23:59", "2021-03-02T10:16:00.123Z"],
    ["2021-03-03T10:15:00-23:59", "2021-03-04T10:14:00.000Z"],
    [" 2021-03-03T10:15:00Z\n", "2021-03-03T10:15:00.000Z"],
    [
      "Wed Mar 03 2021 11:15:00 GMT+0100 (Central European Standard Time)",
      "2021-03-03T10:15:00.000Z",
    ],
  ])("as others write it: %j", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  const unknown = "not a time that is known, such as 2019-07-03T06:29:00Z";
  const impossible = "not a time of the calendar";
  const withoutZone = "no instant: an offset from UTC is missing";
  const wrongOffset = "an offset from UTC of more than 23:59";
  const unknownZone = "a time zone that is not known: write its offset from UTC";
  const number = "a number, which does not say what it counts";

  test.each([
    ["", "empty"],
    ["  ", "empty"],
    ["yesterday", unknown],
    ["2019-09-06", unknown],
    ["03/07/2020 10:15:00 +0000", unknown],
    ["Wed Jul 32 06:29:00 +0000 2019", impossible],
    ["Sat Feb 30 06:29:00 +0000 2019", impossible],
    ["Wed Jul 03 24:00:00 +0000 2019", impossible],
    ["Wed Jul 03 06:60:00 +0000 2019", impossible],
    ["Wed Jul 03 06:29:61 +0000 2019", impossible],
    ["Wed Foo 03 06:29:00 +0000 2019", impossible],
    ["2019-02-29T00:00:00Z", impossible],
    ["2019-13-01T00:00:00Z", impossible],
    ["2019-09-06T17:25:54.667", withoutZone],
    ["2019-09-06 17:25", withoutZone],
    ["Wed Mar 03 10:15:00 2021", withoutZone],
    ["Wed, 03 Mar 2021 10:15:00", withoutZone],
    ["2021-03-03T10:15:00+99:99", wrongOffset],
    ["2021-03-03T10:15:00+24:00", wrongOffset],
    ["2021-03-03T10:15:00-00:60", wrongOffset],
    ["Wed Mar 03 10:15:00 +2400 2021", wrongOffset],
    ["2021-03-03T10:15:00-24:00", wrongOffset],
    ["2021-03-03T10:15:00+0060", wrongOffset],
    ["2021-03-03 10:15:00+99", wrongOffset],
    ["Wed, 03 Mar 2021 10:15:00 -0099", wrongOffset],
    ["2021-03-03T10:15:00 IST", unknownZone],
    ["2021-03-03T10:15:00 toString", unknown],
    ["1562132240183", number],
    ["1562132240.5", number],
  ])("%j is none: %s", (text, problem) => {
    expect(read(text)).toBe(problem);
  });

  test("is told in time that grows with the text only", () => {
    expect(read(" ".repeat(1_000_000))).toBe("empty");
    expect(read(`Wed${" ".repeat(1_000_000)}x`)).toBe("not a time that is known");
    expect(read(`Wed Mar 03 10:15:00 +0000 2021${"(".repeat(90)}`)).toBe(unknown);
  });

  test("stands inside the id of a tweet since 2010-11", () => {
    expect(snowflakeTime("1170025343920402432")).toBe(Date.parse("2019-09-06T17:25:54.667Z"));
    expect(snowflakeTime("20")).toBeUndefined();
    expect(snowflakeTime("29000000000")).toBeUndefined();
  });
});
