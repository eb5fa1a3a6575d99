import { afterEach, describe, expect, test } from "vitest";
import {
  writeAge,
  writeClock,
  writeCompact,
  writeCount,
  writeNumber,
  writeRange,
  writeRise,
  writeShortDay,
  writeTime,
} from "../../../../../functions/serve-dashboard/page/write-values.ts";

describe("numbers", () => {
  test.each([
    [0, "0"],
    [7, "7"],
    [999, "999"],
    [1_000, "1,000"],
    [12_345, "12,345"],
    [1_234_567, "1,234,567"],
    [9_007_199_254_740_991, "9,007,199,254,740,991"],
    [-1_234, "-1,234"],
    [-123, "-123"],
    [0.04, "0"],
    [0.05, "0.1"],
    [1_234.56, "1,234.6"],
    [999.96, "1,000"],
  ])("%d is %s", (n, written) => {
    expect(writeNumber(n)).toBe(written);
  });

  test.each([
    [0, "0"],
    [950, "950"],
    [999.9, "999.9"],
    [1_000, "1K"],
    [12_345, "12.3K"],
    [999_949, "999.9K"],
    [999_950, "1M"],
    [2_500_000, "2.5M"],
    [7_000_000_000, "7B"],
    [1_234_000_000_000_000, "1,234T"],
    [-1_500, "-1.5K"],
  ])("%d is %s where there is little room", (n, written) => {
    expect(writeCompact(n)).toBe(written);
  });

  test("counts say of what, one or many", () => {
    expect(writeCount(1, "hour")).toBe("1 hour");
    expect(writeCount(2_000, "hour")).toBe("2,000 hours");
    expect(writeCount(0, "reply", "replies")).toBe("0 replies");
  });

  test.each([
    [0, 0, ""],
    [3, 0, "new"],
    [10, 10, "="],
    [15, 10, "▲ 1.5×"],
    [200, 10, "▲ 20×"],
    [7, 10, "▼ 30 %"],
  ])("%d after %d: %s", (now, before, written) => {
    expect(writeRise(now, before)).toBe(written);
  });
});

describe("times", () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test("in UTC, whatever the clock of the reader", () => {
    process.env.TZ = "Asia/Kolkata";
    expect(writeTime("2019-07-03T04:00:00Z", "UTC")).toBe("Wed 3 Jul, 04:00");
    expect(writeShortDay(1_562_126_400_000, "UTC")).toBe("Wed 3 Jul");
    expect(writeClock("2019-07-03T23:59:59.999Z", "UTC")).toBe("23:59");
  });

  test.each([
    ["America/New_York", "2019-07-03T03:00:00Z", "Tue 2 Jul, 23:00"],
    ["America/New_York", "2019-12-31T23:00:00Z", "Tue 31 Dec, 18:00"],
    ["Asia/Kolkata", "2019-12-31T19:00:00Z", "Wed 1 Jan, 00:30"],
    // The clock goes back: both hours are told as it shows them.
    ["Europe/Berlin", "2019-10-27T00:00:00Z", "Sun 27 Oct, 02:00"],
    ["Europe/Berlin", "2019-10-27T01:00:00Z", "Sun 27 Oct, 02:00"],
  ])("as a clock in %s has %s", (timeZone, at, written) => {
    process.env.TZ = timeZone;
    expect(writeTime(at, "local")).toBe(written);
  });

  test("ranges name a day once, where they are within it", () => {
    expect(writeRange("2019-07-03T04:00Z", "2019-07-03T07:00Z", "UTC")).toBe(
      "Wed, 3 Jul 2019, 04:00–07:00",
    );
    expect(writeRange("2019-07-03T23:00Z", "2019-07-04T00:00Z", "UTC")).toBe(
      "Wed, 3 Jul 2019, 23:00–00:00",
    );
    expect(writeRange("2019-12-31T23:00Z", "2020-01-01T02:00Z", "UTC")).toBe(
      "Tue, 31 Dec 2019, 23:00–Wed, 1 Jan 2020, 02:00",
    );
  });

  test.each([
    [12, "12 s"],
    [240, "4 min"],
    [10_800, "3 h"],
    [172_800, "2 d"],
  ])("%d seconds ago: %s", (seconds, written) => {
    const now = 1_562_140_800_000;
    expect(writeAge(new Date(now - seconds * 1_000).toISOString(), now)).toBe(written);
  });
});
