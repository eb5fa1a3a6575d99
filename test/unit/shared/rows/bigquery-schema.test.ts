import { expect, test } from "vitest";
import * as z from "zod";
import { eventTime, hourStart } from "../../../../shared/events/event-time.ts";
import { bigquerySchema } from "../../../../shared/rows/bigquery-schema.ts";

test("a row schema becomes BigQuery columns", () => {
  const row = z.object({
    name: z.string().describe("who"),
    age: z.int().optional(),
    score: z.number(),
    tags: z.array(z.string()),
    visits: z.array(z.object({ at: z.iso.datetime(), ok: z.boolean() })),
    raw: z.base64(),
  });
  expect(bigquerySchema(row)).toEqual([
    { name: "name", type: "STRING", mode: "REQUIRED", description: "who" },
    { name: "age", type: "INTEGER", mode: "NULLABLE" },
    { name: "score", type: "FLOAT", mode: "REQUIRED" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
    {
      name: "visits",
      type: "RECORD",
      mode: "REPEATED",
      fields: [
        { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
        { name: "ok", type: "BOOLEAN", mode: "REQUIRED" },
      ],
    },
    { name: "raw", type: "BYTES", mode: "REQUIRED" },
  ]);
});

test("a kind of field that no column can hold is refused with its name", () => {
  expect(() => bigquerySchema(z.object({ odd: z.map(z.string(), z.string()) }))).toThrow("'odd'");
});

test("times and hours are TIMESTAMP, also where they are described or may be absent", () => {
  const row = z.object({
    at: eventTime,
    hour: hourStart.describe("Start of the hour"),
    until: eventTime.optional().describe("When it ends"),
    stage: z.enum(["a", "b"]),
  });
  expect(bigquerySchema(row)).toEqual([
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "hour", type: "TIMESTAMP", mode: "REQUIRED", description: "Start of the hour" },
    { name: "until", type: "TIMESTAMP", mode: "NULLABLE", description: "When it ends" },
    { name: "stage", type: "STRING", mode: "REQUIRED" },
  ]);
});

test("what describes a field of a list or an optional field stays where nothing else does", () => {
  const row = z.object({
    tags: z.array(z.string().describe("A tag")),
    note: z.string().describe("A note").optional(),
  });
  expect(bigquerySchema(row)).toEqual([
    { name: "tags", type: "STRING", mode: "REPEATED", description: "A tag" },
    { name: "note", type: "STRING", mode: "NULLABLE", description: "A note" },
  ]);
});
