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
