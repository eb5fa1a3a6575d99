import { describe, expect, test } from "vitest";
import * as z from "zod";
import { author, key, label, measure, revision } from "../../../../shared/streams/field-roles.ts";
import { declareStream } from "../../../../shared/streams/stream.ts";
import { streams } from "../../../../shared/streams/streams.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";

const declaration = {
  name: "meter-readings",
  counts: "meter_reading",
  description: "Readings of meters",
  epoch: "2020-01-01T00:00:00Z",
  fields: {
    meter: key(z.string(), "The meter"),
    place: label(z.string().optional(), "Where it is"),
    kwh: measure(z.int(), "What was used"),
    reader: author(z.string().optional(), "Who has read it"),
    version: revision(z.string(), "Which reading it is"),
  },
  measures: { kwh: { counts: "sum", of: "kwh", description: "All" } },
} as const;

describe("a declared stream", () => {
  const stream = declareStream(declaration);

  test("has its names from what it counts", () => {
    expect(stream).toMatchObject({
      schema: "meter-readings.v1",
      view: "meter_reading_hours",
      exactView: "meter_reading_hours_exact",
      eventsView: "meter_reading_events",
      closingsView: "meter_reading_closings",
      totals: { table: "meter_reading_hour_totals" },
      increments: {
        topic: "append-meter-reading-hours",
        table: "meter_reading_hour_increments",
        schema: "meter_reading_hour_increments.v1",
      },
    });
  });

  test("has its fields by their roles", () => {
    expect(stream).toMatchObject({
      keys: ["meter"],
      labels: ["place"],
      members: ["id", "kwh", "reader", "version"],
      sums: ["kwh"],
      revision: "version",
      postsBy: undefined,
    });
  });

  test("has events with an identity and a time, and increments with the events of an hour", () => {
    const event = {
      id: "meter:1/2",
      event_time: "2026-01-02T03:04:05Z",
      meter: "m",
      kwh: 5,
      version: "1",
    };
    expect(stream.event.strict().parse(event)).toEqual(event);
    expect(stream.event.safeParse({ ...event, event_time: undefined }).success).toBe(false);
    expect(stream.event.safeParse({ ...event, meter: undefined }).success).toBe(false);
    const row = {
      hour: "2026-01-02T03:00:00Z",
      meter: "m",
      events: [{ id: "meter:1/2", kwh: 5, version: "1" }],
    };
    expect(stream.increments.row.strict().parse(row)).toEqual(row);
    expect(stream.increments.row.safeParse({ ...row, events: [] }).success).toBe(false);
  });
});

test("a field without a role, and a stream without a key, are refused", () => {
  expect(() =>
    declareStream({ ...declaration, fields: { ...declaration.fields, odd: z.string() } }),
  ).toThrow("field 'odd' of stream meter-readings has no role");
  expect(() => declareStream({ ...declaration, fields: {}, measures: {} })).toThrow(
    "stream meter-readings has no key",
  );
});

test("the time of each event is kept where it matters when in the hour it was", () => {
  expect(declareStream({ ...declaration, keepsTime: true }).members.slice(0, 2)).toEqual([
    "id",
    "event_time",
  ]);
});

describe("a column", () => {
  const all = { counts: "events", description: "All" } as const;

  test.each(["hour", "events", "landed_at", "closing", "revision", "is_header"])(
    "may not be called %s, as one of every stream is",
    (name) => {
      expect(() => declareStream({ ...declaration, measures: { [name]: all } })).toThrow(
        `stream meter-readings has two columns '${name}'`,
      );
    },
  );

  test.each(["meter", "place"])("may not be called %s, as a key or a label is", (name) => {
    expect(() => declareStream({ ...declaration, measures: { [name]: all } })).toThrow(
      `stream meter-readings has two columns '${name}'`,
    );
  });

  test("may be called as what it sums", () => {
    expect(declareStream(declaration).measures).toEqual([
      { name: "kwh", counts: "sum", of: "kwh", description: "All" },
    ]);
  });
});

describe("hours are judged", () => {
  const night = {
    counts: "events",
    where: { field: "place", is: "night" },
    description: "At night",
  } as const;
  const all = { counts: "events", description: "All" } as const;
  const kwh = declaration.measures.kwh;

  test.each([
    ["by the first measure that counts all events", { kwh, night, all, more: all }, "all"],
    ["by the first measure, where none does", { kwh, night }, "kwh"],
  ])("%s", (_, measures, of) => {
    expect(declareStream({ ...declaration, measures }).anomalies).toEqual({
      of,
      keys: 20,
      sensitivity: 5.6,
    });
  });

  test("as it is declared", () => {
    const anomalies = { of: "kwh", keys: 5 };
    expect(declareStream({ ...declaration, measures: { all, kwh }, anomalies }).anomalies).toEqual({
      of: "kwh",
      keys: 5,
      sensitivity: 5.6,
    });
  });

  test("by nothing where nothing is measured", () => {
    expect(declareStream({ ...declaration, measures: {} }).anomalies.of).toBe("");
  });

  test("by a measure that there is", () => {
    expect(() => declareStream({ ...declaration, anomalies: { of: "watts" } })).toThrow(
      "stream meter-readings has no measure 'watts' to judge",
    );
  });
});

describe("an index", () => {
  const fields = { ...declaration.fields, hall: key(z.string(), "The hall") };

  test("is sorted by all keys, in any order", () => {
    const indices = { by_hall: ["hall", "meter"], by_meter: ["meter", "hall"] } as const;
    expect(declareStream({ ...declaration, fields, indices }).indices).toEqual([
      { name: "by_hall", sortedBy: ["hall", "meter"] },
      { name: "by_meter", sortedBy: ["meter", "hall"] },
    ]);
  });

  test("is refused when it leaves one out, or has another", () => {
    for (const by_hall of [["hall"], ["hall", "place"]] as const) {
      expect(() => declareStream({ ...declaration, fields, indices: { by_hall } })).toThrow(
        "index by_hall of stream meter-readings is not sorted by all its keys",
      );
    }
  });
});

test("totals have the counts of a key, or what a closing says of the hour, and whole sums of whole numbers", () => {
  const fields = { ...declaration.fields, degrees: measure(z.number().optional(), "How warm") };
  const { totals } = declareStream({
    ...declaration,
    fields,
    measures: {
      kwh: { counts: "sum", of: "kwh", description: "All" },
      degrees: { counts: "sum", of: "degrees", description: "Warmth" },
      readers: { counts: "distinct", of: "reader", description: "Who has read" },
    },
  });
  const hour = { hour: "2026-01-02T03:00:00Z", revision: 7 };
  const counts = { ...hour, meter: "m", place: "here", kwh: 5, degrees: 0.5, readers: 2 };
  expect(totals.row.strict().parse(counts)).toEqual(counts);
  const closing = {
    watermark: "2026-01-02T04:00:00Z",
    first_landed_at: "2026-01-02T03:00:01Z",
    keys: 1,
    events: 2,
    late: 0,
    fingerprint: 77,
  };
  expect(totals.row.strict().parse({ ...hour, closing })).toEqual({ ...hour, closing });
  for (const wrong of [{ kwh: 0.5 }, { readers: 0.5 }, { degrees: "1" }, { closing: {} }]) {
    expect(totals.row.safeParse({ ...counts, ...wrong }).success).toBe(false);
  }
  expect(totals.row.shape.meter?.description).toBe("The meter");
});

test("names are those of one stream only", () => {
  for (const names of [
    streams.map(({ name }) => name),
    streams.map(({ increments }) => increments.table),
  ]) {
    expect(new Set(names).size).toBe(streams.length);
  }
});

test("every column of every stream is described", () => {
  for (const { event, measures } of streams) {
    for (const [name, field] of Object.entries(event.shape)) {
      expect(z.instanceof(z.ZodType).parse(field).description, name).toMatch(/\w/);
    }
    for (const { name, description } of measures) expect(description, name).toMatch(/\w/);
  }
});

test("a mention may have no page: then it withdraws what worse informed readings mentioned", () => {
  const withdrawal = {
    id: "x:20",
    event_time: "2006-03-21T20:50:14.000Z",
    kind: "post",
    source: "x",
    revision: "02.00000000.01.300.000000",
  };
  expect(urlMentions.event.strict().parse(withdrawal)).toEqual(withdrawal);
});
