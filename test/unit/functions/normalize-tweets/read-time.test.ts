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

  test.each([
    ["Jan", "2021-01-03"],
    ["Feb", "2021-02-03"],
    ["Mar", "2021-03-03"],
    ["Apr", "2021-04-03"],
    ["May", "2021-05-03"],
    ["Jun", "2021-06-03"],
    ["Jul", "2021-07-03"],
    ["Aug", "2021-08-03"],
    ["Sep", "2021-09-03"],
    ["Oct", "2021-10-03"],
    ["Nov", "2021-11-03"],
    ["DEC", "2021-12-03"],
  ])("names %s", (month, day) => {
    expect(read(`Wed ${month} 03 10:15:00 +0000 2021`)).toBe(`${day}T10:15:00.000Z`);
    expect(read(`03 ${month} 2021 10:15:00 +0000`)).toBe(`${day}T10:15:00.000Z`);
  });

  test.each([
    ["Z", 10],
    ["UT", 10],
    ["UTC", 10],
    ["GMT", 10],
    ["EDT", 14],
    ["EST", 15],
    ["CDT", 15],
    ["CST", 16],
    ["MDT", 16],
    ["MST", 17],
    ["PDT", 17],
    ["pst", 18],
    ["GMT-0100", 11],
    ["UTC+01", 9],
  ])("names the zone %s", (zone, hour) => {
    const at = `2021-03-03T${String(hour).padStart(2, "0")}:15:00.000Z`;
    expect(read(`2021-03-03 10:15:00 ${zone}`)).toBe(at);
    expect(read(`Wed, 03 Mar 2021 10:15:00 ${zone}`)).toBe(at);
    expect(read(`Wed Mar 03 10:15:00 ${zone} 2021`)).toBe(at);
    expect(read(`Wed Mar 03 2021 10:15:00 ${zone}`)).toBe(at);
  });

  test("is told as well a second time", () => {
    const times = ["2021-03-03T10:15:00Z", "soon", "2021-03-03T10:15:00Z", "soon"].map(readTime);
    expect(times.slice(2)).toEqual(times.slice(0, 2));
    expect(readTime("")).toEqual({ problem: "empty" });
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
    ["2021-03-03 10:15:00 at", unknownZone],
    ["x2021-03-03T10:15:00Z", unknown],
    ["2021-03-03T10:15:00Zx", unknownZone],
    ["2021-03-03T10:15:00Z+", unknown],
    ["2021-03-03T10:15:00.Z", unknown],
    ["2021-03-03T10:15:00.1234567890Z", unknown],
    ["2021-3-03T10:15:00Z", unknown],
    ["2021-03-3T10:15:00Z", unknown],
    ["2021-03-03_10:15:00Z", unknown],
    ["2021-03-03T1:15:00Z", unknown],
    ["2021-03-03T10:15:0Z", unknown],
    ["2021-00-03T10:15:00Z", impossible],
    ["2021-03-00T10:15:00Z", impossible],
    ["Wedn Mar 03 10:15:00 +0000 2021", unknown],
    ["Wed Mar 03 10:15:00 +0000 21", unknown],
    ["Wed Mar 003 10:15:00 +0000 2021", unknown],
    ["Wed,Mar 03 10:15:00 +0000 2021", unknown],
    ["Wed Mar03 10:15:00 +0000 2021", unknown],
    ["Wed Mar 0310:15:00 +0000 2021", unknown],
    ["Wed Mar 03 10:15:00 +00002021", unknown],
    ["03Mar 2021 10:15:00 +0000", unknown],
    ["03 Mar2021 10:15:00 +0000", unknown],
    ["03 Mar 202110:15:00 +0000", unknown],
    ["03 Mar 2021 10:15:00 +0000 CET", unknown],
    ["03 Mar 2021 10:15:00 +0000 (CET", unknown],
    ["Mar 03 202110:15:00 +0000", unknown],
    ["-1", number],
    ["1562132240.", unknown],
    ["x1562132240", unknown],
    ["1562132240s", unknown],
    ["x".repeat(128), unknown],
    ["x".repeat(129), "not a time that is known"],
    ["1562132240183", number],
    ["1562132240.5", number],
    ["1562132240.55", number],
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
    expect(snowflakeTime("29699999999")).toBeUndefined();
    expect(snowflakeTime("29700000000")).toBe(Date.parse("2010-11-04T01:42:54.657Z") + 7_081);
  });
});
