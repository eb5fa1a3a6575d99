import { describe, expect, test } from "vitest";
import { normalizeRow } from "../../../../functions/normalize-turnstiles/normalize-row.ts";
import { turnstileRegister } from "../../../../shared/events/turnstile-register.v1.ts";
import { turnstileReadings } from "../../../../shared/streams/turnstile-readings.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const stream =
  "A001,R002,02-00-00,Test-Station,456NQR,BMT,09-23-23,04:10:00,REGULAR,5,9,0f8b,2023-09-23 04:10:00";

const read = (value: unknown) => {
  const normalized = normalizeRow(value, now);
  if ("reason" in normalized) return { reason: normalized.reason, ...normalized.issues[0] };
  return normalized.read;
};

const reading = (value: unknown) => {
  const normalized = read(value);
  if (!("kind" in normalized) || normalized.kind !== "reading") throw new Error("no reading");
  return turnstileReadings.event.parse(normalized.event);
};

const register = (value: unknown) => {
  const normalized = read(value);
  if (!("kind" in normalized) || normalized.kind !== "register") throw new Error("no register");
  return turnstileRegister.parse(normalized.row);
};

/** A row of a weekly file. */
const weekly = (fields: Record<string, unknown> = {}) => ({
  ca: "A002",
  unit: "R051",
  scp: "02-00-00",
  station: "59 ST",
  linename: "NQR456W",
  division: "BMT",
  date: "01/06/2024",
  time: "03:00:00",
  desc: "REGULAR",
  entries: 105_161,
  exits: 76_217,
  ...fields,
});

describe("increments", () => {
  test("are lines of 13 fields, or objects of the same", () => {
    const [
      ca,
      unit,
      scp,
      station,
      linename,
      division,
      date,
      time,
      desc,
      entries,
      exits,
      id,
      stamp,
    ] = stream.split(",");
    const expected = reading(stream);
    expect(expected).toEqual({
      id: "mta:A001/R002/02-00-00/2023-09-23T08:10:00.000Z/0f8b",
      event_time: "2023-09-23T08:10:00.000Z",
      utc_offset_minutes: -240,
      ca: "A001",
      unit: "R002",
      scp: "02-00-00",
      station: "Test-Station",
      linename: "456NQR",
      division: "BMT",
      description: "REGULAR",
      entries: 5,
      exits: 9,
    });
    const rest = { UNIT: unit, SCP: scp, STATION: station, LINENAME: linename, DIVISION: division };
    const clock = { DATE: date, TIME: time, DESC: desc, ID: id, TIMESTAMP: stamp };
    expect(reading({ CA: ca, ...rest, ...clock, ENTRIES: entries, EXITS: exits })).toEqual(
      expected,
    );
    expect(reading({ "A/C": ca, ...rest, ...clock, ENTRIES: 5, EXITS: 9 })).toEqual(expected);
    expect(reading(` ${stream.replaceAll(",", " , ")} `)).toEqual(expected);
    expect(reading(stream.replace("Test-Station", '"Test-Station"'))).toEqual(expected);
  });

  test("without an id are told by their date", () => {
    expect(reading("A,R,S,X,1,IRT,09-23-23,04:10:00,REGULAR,5,9").id).toBe(
      "mta:A/R/S/2023-09-23T08:10:00.000Z",
    );
  });

  test.each([
    ["an id of their own", { id: "0f8b" }],
    ["a timestamp of their own", { timestamp: "2024-01-06 03:00:00" }],
    ["the date of streams", { date: "1-6-24" }],
  ])("are told from registers by %s", (_what, fields) => {
    expect(reading(weekly(fields)).event_time).toBe("2024-01-06T08:00:00.000Z");
  });

  test.each(["01-06-2024", "2024-01-06"])(
    "are not told by another date with hyphens: %s",
    (date) => {
      expect(register(weekly({ date })).ca).toBe("A002");
    },
  );

  test("have ids without white space, and keep those apart that are", () => {
    expect(reading(stream.replace("0f8b", "a b")).id).toMatch(/\/a%20b$/);
    expect(reading(stream.replace("0f8b", "a%20b")).id).toMatch(/\/a%2520b$/);
    expect(reading(stream.replace("0f8b", "a/b")).id).toMatch(/\/a%2Fb$/);
  });

  test.each(["2023-09-23 04:10:00", "2023-09-23T04:10:00", "2023-09-23 04:10:00.123"])(
    "take the time of their timestamp where they have no other: %s",
    (timestamp) => {
      const line = stream
        .replace("09-23-23,04:10:00", ",")
        .replace("2023-09-23 04:10:00", timestamp);
      expect(reading(line).event_time).toBe("2023-09-23T08:10:00.000Z");
    },
  );

  test.each([
    ["09-23-23", ""],
    ["", "04:10:00"],
  ])("do not take half of it, beside %j %j", (date, time) => {
    expect(read(stream.replace("09-23-23,04:10:00", `${date},${time}`))).toMatchObject({
      reason: "impossible-time",
    });
  });
});

describe("registers", () => {
  test("are rows of the weekly files, however those are laid out", () => {
    const expected = register(weekly());
    expect(expected.read_at).toBe("2024-01-06T08:00:00.000Z");
    const line = "A002,R051,02-00-00,59 ST,NQR456W,BMT,01/06/2024,03:00:00,REGULAR,105161,76217";
    expect(register(line)).toEqual(expected);
    expect(register(`0,${line}`)).toEqual(expected);
    expect(register(line.replace("105161,76217", "0000105161,0000076217      "))).toEqual(expected);
    const { ca, desc, linename, ...portal } = weekly({ date: "2024-01-06T00:00:00.000" });
    expect(register({ ...portal, c_a: ca, line_name: linename, description: desc })).toEqual(
      expected,
    );
  });

  test("may lack all that a device is not told by", () => {
    const { station: _, division: __, ...rest } = weekly({ desc: " ", linename: null });
    expect(register(rest)).toMatchObject({
      station: "",
      linename: "",
      division: "",
      description: "",
    });
  });

  test("have names as they are, however long, without the space around them", () => {
    const station = "x".repeat(256);
    expect(register(weekly({ station: ` ${station}\n` })).station).toBe(station);
  });

  test("are numbered in front by digits, and only where a field is too many", () => {
    const line = "512,R051,02-00-00,59 ST,NQR456W,BMT,01/06/2024,03:00:00,REGULAR,105161,76217";
    expect(register(line).ca).toBe("512");
    for (const number of ["17", "", " 17 "]) expect(register(`${number},${line}`).ca).toBe("512");
  });

  test("say nothing by members that are not known", () => {
    expect(register(weekly({ booth: "x".repeat(300), weather: null, "": 7 }))).toEqual(
      register(weekly()),
    );
  });
});

describe("New York's clocks", () => {
  // Each on another day: what is known of a day is kept.
  test.each([
    // When an hour is skipped.
    ["03/10/2024", "00:00:00", "2024-03-10T05:00:00.000Z", -300],
    ["03/12/2023", "01:59:59", "2023-03-12T06:59:59.000Z", -300],
    ["03/13/2022", "02:00:00", "2022-03-13T07:00:00.000Z", -240],
    ["03/14/2021", "02:30:00", "2021-03-14T07:30:00.000Z", -240],
    ["03/08/2020", "03:00:00", "2020-03-08T07:00:00.000Z", -240],
    ["03/10/2019", "23:00:00", "2019-03-11T03:00:00.000Z", -240],
    // When one is repeated.
    ["11/03/2024", "00:00:00", "2024-11-03T04:00:00.000Z", -240],
    ["11/05/2023", "01:00:00", "2023-11-05T05:00:00.000Z", -240],
    ["11/06/2022", "01:59:59", "2022-11-06T05:59:59.000Z", -240],
    ["11/07/2021", "02:00:00", "2021-11-07T07:00:00.000Z", -300],
    ["11/01/2020", "23:00:00", "2020-11-02T04:00:00.000Z", -300],
    // In winter, in summer, and before and after.
    ["01/15/2024", "12:00:00", "2024-01-15T17:00:00.000Z", -300],
    ["07/15/2024", "12:00:00", "2024-07-15T16:00:00.000Z", -240],
    ["11/02/2024", "23:59:59", "2024-11-03T03:59:59.000Z", -240],
    ["11/04/2024", "00:00:00", "2024-11-04T05:00:00.000Z", -300],
  ])("show %s %s at %s", (date, time, at, offset) => {
    const { read_at, utc_offset_minutes } = register(weekly({ date, time }));
    expect({ read_at, utc_offset_minutes }).toEqual({ read_at: at, utc_offset_minutes: offset });
  });
});

test.each([
  ["2022-12-30T00:00:00.000", "03:00:00"],
  ["2022-12-30T00:00:00", "3:00"],
  ["2022-12-30", "03:00"],
  ["12/30/2022", " 03:00:00 "],
  ["12-30-2022", "3:00:00"],
])("a day is written %s, its time %s", (date, time) => {
  expect(register(weekly({ date, time })).read_at).toBe("2022-12-30T08:00:00.000Z");
});

describe("what is no line of a turnstile", () => {
  const two = '"A",R,S,X,1,IRT,01/06/24,10:00:05,REGULAR,7,9';
  test.each([
    ["a", "1 fields: a line has 11 with registers, 13 with increments"],
    ["", "1 fields: a line has 11 with registers, 13 with increments"],
    [`${stream},more`, "14 fields: a line has 11 with registers, 13 with increments"],
    [`x,${two}`, "12 fields: a line has 11 with registers, 13 with increments"],
    [`1x,${two}`, "12 fields: a line has 11 with registers, 13 with increments"],
    [`x1,${two}`, "12 fields: a line has 11 with registers, 13 with increments"],
    [stream.replace("Test", '"Test'), "a quote is opened or closed in the wrong place"],
    [`${two}\n${two}`, "a quote is opened or closed in the wrong place"],
    [17, "neither a line of CSV nor an object"],
    [null, "neither a line of CSV nor an object"],
    [[weekly()], "neither a line of CSV nor an object"],
    [{ station: "59 ST" }, "no SCP: not of a turnstile"],
    [{ toString: "SCP" }, "no SCP: not of a turnstile"],
  ])("%j: %s", (value, message) => {
    expect(read(value)).toEqual({ reason: "unknown-shape", path: "", message });
  });

  test.each([
    [{ ca: "" }, "ca", "missing"],
    [{ unit: " " }, "unit", "missing"],
    [{ scp: "" }, "scp", "missing"],
    [{ unit: undefined }, "unit", "neither text nor a number"],
    [{ station: { a: 1 } }, "station", "neither text nor a number"],
    [{ station: "x".repeat(257) }, "station", "over 256 characters"],
    [{ entries: -1 }, "entries", "no whole number"],
    [{ entries: 1.5 }, "entries", "no whole number"],
    [{ exits: "many" }, "exits", "no whole number"],
    [{ exits: "" }, "exits", "no whole number"],
    [{ exits: "1".repeat(16) }, "exits", "no whole number"],
  ])("a row of %j", (fields, path, message) => {
    expect(read(weekly(fields))).toEqual({ reason: "invalid-field", path, message });
  });

  test.each([
    "02/30/2024",
    "13/01/2024",
    "00/06/2024",
    "01/00/2024",
    "01/06/124",
    "101/06/2024",
    "01/06/20245",
    "12024-01-06",
    "2024-01-06T00:00:00.000Z",
    "2024-13-06",
    "",
  ])("a day that is written %j", (date) => {
    const message = "not a time of the calendar";
    expect(read(weekly({ date }))).toEqual({ reason: "impossible-time", path: "date", message });
  });

  test.each(["24:00:00", "03:60:00", "03:00:60", "103:00:00", "03:00:001", "3 pm", "3", ""])(
    "a time that is written %j",
    (time) => {
      const message = "not a time of the calendar";
      expect(read(weekly({ time }))).toEqual({ reason: "impossible-time", path: "date", message });
    },
  );

  test.each(["01/06/1999", "12/31/2009", "01/06/2026", "01-06-99"])(
    "an impossible day: %s",
    (date) => {
      const message = "before 2010, or more than an hour in the future";
      expect(read(weekly({ date }))).toEqual({ reason: "impossible-time", path: "date", message });
    },
  );

  test.each([
    "",
    "x2023-09-23 04:10:00",
    "2023-09-23 04:10:00Z",
    "2023-09-23 04:10:00.x",
    "2023-09-23_04:10:00",
  ])("a timestamp alone that is written %j", (timestamp) => {
    const message = "not a time of the calendar";
    const row = weekly({ date: "", time: "", timestamp });
    expect(read(row)).toEqual({ reason: "impossible-time", path: "date", message });
  });

  test("what has too long an identity", () => {
    const line = stream.replace("0f8b", "ä ".repeat(120)).replace("A001", "%".repeat(200));
    const message = "over 512 characters with the device";
    expect(read(line)).toEqual({ reason: "invalid-field", path: "id", message });
  });

  test("is told without quoting it", () => {
    expect(JSON.stringify(read(weekly({ exits: "secret" })))).not.toContain("secret");
  });

  test("except a heading", () => {
    expect(read("C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS  ")).toEqual({
      kind: "heading",
    });
    expect(read(",CA,UNIT, SCP ,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS")).toEqual({
      kind: "heading",
    });
  });
});
