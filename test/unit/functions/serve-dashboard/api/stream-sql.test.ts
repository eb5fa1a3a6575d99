import { expect, test } from "vitest";
import * as z from "zod";
import { routes } from "../../../../../functions/serve-dashboard/api/routes.ts";
import {
  facetsOf,
  filterFields,
  filterParams,
  keyOf,
  keySql,
  needsEvents,
  sumsOf,
  whereSql,
} from "../../../../../functions/serve-dashboard/api/stream-sql.ts";
import { author, key, label, measure, member } from "../../../../../shared/streams/field-roles.ts";
import { declareStream } from "../../../../../shared/streams/stream.ts";
import { streams } from "../../../../../shared/streams/streams.ts";

/** A stream with a key of two columns, one of them a number. */
const visits = declareStream({
  name: "visits",
  counts: "visit",
  description: "Visits",
  epoch: "2020-01-01T00:00:00Z",
  fields: {
    place: key(z.string(), "Place"),
    gate: key(z.int(), "Gate"),
    town: label(z.string().optional(), "Town"),
    mode: member(z.enum(["foot", "wheel"]), "How they came"),
    who: author(z.string().optional(), "Who came"),
    people: measure(z.int(), "How many"),
  },
  measures: {
    visits: { counts: "events", description: "Visits" },
    visitors: { counts: "distinct", of: "who", description: "Different ones" },
    people: { counts: "sum", of: "people", description: "People" },
  },
});

test("what a stream is asked by follows from its declaration", () => {
  expect(filterFields(visits)).toEqual(["place", "gate", "town", "who", "mode"]);
  expect(facetsOf(visits)).toEqual(["mode"]);
  expect(sumsOf(visits).map(({ name }) => name)).toEqual(["visits", "people"]);
});

test("values and words are parameters, whatever they say", () => {
  const filters = { fields: { gate: "7", mode: "'; DROP" }, words: ["new", "york"] };
  expect(whereSql(visits, filters)).toBe(
    `event.hour >= TIMESTAMP(@from) AND event.hour < TIMESTAMP(@to)
    AND CAST(event.gate AS STRING) = @is_gate
    AND event.mode = @is_mode
    AND (CONTAINS_SUBSTR(event.place, @word_0) OR CONTAINS_SUBSTR(event.town, @word_0))
    AND (CONTAINS_SUBSTR(event.place, @word_1) OR CONTAINS_SUBSTR(event.town, @word_1))`,
  );
  expect(filterParams(filters)).toEqual({
    is_gate: "7",
    is_mode: "'; DROP",
    word_0: "new",
    word_1: "york",
  });
  expect(needsEvents(visits, filters)).toBe(true);
  expect(needsEvents(visits, { fields: { town: "x" }, words: [] })).toBe(false);
});

test("a key of several columns is one text, the same here and there", () => {
  expect(keySql(visits)).toBe("TO_JSON_STRING([event.place, CAST(event.gate AS STRING)])");
  expect(keyOf(visits, { place: 'a"b', gate: 7 })).toBe('["a\\"b","7"]');
});

test("no field of a declared stream is called as another parameter", () => {
  const others = ["words", "from", "to", "by", "limit", "page", "format", "stream"];
  for (const stream of streams) {
    expect(filterFields(stream).filter((name) => others.includes(name))).toEqual([]);
  }
  for (const { name } of streams) {
    expect(routes.map(({ path }) => path)).toContain(`/streams/${name}/top`);
  }
});
