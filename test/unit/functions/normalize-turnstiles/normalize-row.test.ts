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

  test("have ids without white space, and keep those apart that are", () => {
    expect(reading(stream.replace("0f8b", "a b")).id).toMatch(/\/a%20b$/);
    expect(reading(stream.replace("0f8b", "a%20b")).id).toMatch(/\/a%2520b$/);
    expect(reading(stream.replace("0f8b", "a/b")).id).toMatch(/\/a%2Fb$/);
  });

  test("take the time of their timestamp where they have no other", () => {
    expect(reading(stream.replace("09-23-23,04:10:00", ",")).event_time).toBe(
      "2023-09-23T08:10:00.000Z",
    );
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
    expect(register(weekly({ station: "", linename: null, division: "" })).station).toBe("");
  });
});

describe("New York's clocks", () => {
  test.each([
    // On the day when an hour is skipped.
    ["03/10/2024", "00:00:00", "2024-03-10T05:00:00.000Z", -300],
    ["03/10/2024", "01:59:59", "2024-03-10T06:59:59.000Z", -300],
    ["03/10/2024", "02:00:00", "2024-03-10T07:00:00.000Z", -240],
    ["03/10/2024", "02:30:00", "2024-03-10T07:30:00.000Z", -240],
    ["03/10/2024", "03:00:00", "2024-03-10T07:00:00.000Z", -240],
    ["03/10/2024", "23:00:00", "2024-03-11T03:00:00.000Z", -240],
    // On the day when one is repeated.
    ["11/03/2024", "00:00:00", "2024-11-03T04:00:00.000Z", -240],
    ["11/03/2024", "01:00:00", "2024-11-03T05:00:00.000Z", -240],
    ["11/03/2024", "01:59:59", "2024-11-03T05:59:59.000Z", -240],
    ["11/03/2024", "02:00:00", "2024-11-03T07:00:00.000Z", -300],
    ["11/03/2024", "23:00:00", "2024-11-04T04:00:00.000Z", -300],
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

describe("what is no line of a turnstile", () => {
  test.each([
    ["a", "unknown-shape", ""],
    ["", "unknown-shape", ""],
    [`${stream},more`, "unknown-shape", ""],
    [stream.replace("Test", '"Test'), "unknown-shape", ""],
    [17, "unknown-shape", ""],
    [null, "unknown-shape", ""],
    [[weekly()], "unknown-shape", ""],
    [{ station: "59 ST" }, "unknown-shape", ""],
    [weekly({ ca: "" }), "invalid-field", "ca"],
    [weekly({ unit: undefined }), "invalid-field", "unit"],
    [weekly({ station: { a: 1 } }), "invalid-field", "station"],
    [weekly({ station: "x".repeat(257) }), "invalid-field", "station"],
    [weekly({ entries: -1 }), "invalid-field", "entries"],
    [weekly({ entries: 1.5 }), "invalid-field", "entries"],
    [weekly({ exits: "many" }), "invalid-field", "exits"],
    [weekly({ exits: "" }), "invalid-field", "exits"],
    [weekly({ exits: "1".repeat(16) }), "invalid-field", "exits"],
    [weekly({ date: "02/30/2024" }), "impossible-time", "date"],
    [weekly({ date: "13/01/2024" }), "impossible-time", "date"],
    [weekly({ date: "01/06/124" }), "impossible-time", "date"],
    [weekly({ date: "" }), "impossible-time", "date"],
    [weekly({ time: "24:00:00" }), "impossible-time", "date"],
    [weekly({ time: "3 pm" }), "impossible-time", "date"],
    [weekly({ date: "01/06/1999" }), "impossible-time", "date"],
    [weekly({ date: "01/06/2026" }), "impossible-time", "date"],
    [
      stream.replace("0f8b", "ä ".repeat(120)).replace("A001", "%".repeat(200)),
      "invalid-field",
      "id",
    ],
  ])("%j: %s", (value, reason, path) => {
    expect(read(value)).toMatchObject({ reason, path });
  });

  test("is told without quoting it", () => {
    expect(JSON.stringify(read(weekly({ exits: "secret" })))).not.toContain("secret");
  });

  test("except a heading", () => {
    expect(read("C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS  ")).toEqual({
      kind: "heading",
    });
    expect(read(",CA,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS")).toEqual({
      kind: "heading",
    });
  });
});
