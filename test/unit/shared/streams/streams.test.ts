import { expect, test } from "vitest";
import * as z from "zod";
import { bigquerySchema } from "../../../../shared/rows/bigquery-schema.ts";
import {
  interactions,
  interactionWeights,
  isReshare,
} from "../../../../shared/streams/interactions.ts";
import { logEntries } from "../../../../shared/streams/log-entries.ts";
import { streams } from "../../../../shared/streams/streams.ts";
import { turnstileReadings } from "../../../../shared/streams/turnstile-readings.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { wordCounts } from "../../../../shared/streams/word-counts.ts";
import { checkedInJson } from "../../../support/checked-in.ts";

const published = z.looseObject({ properties: z.looseObject({}), required: z.array(z.string()) });
const stored = z.looseObject({ schema: z.array(z.looseObject({})) });

test.each(streams)("what travels on $name is published, field by field", ({ name, event }) => {
  const { properties, required } = published.parse(
    checkedInJson(`shared/contract/${name}.schema.json`),
  );
  expect(z.toJSONSchema(event, { io: "input" })).toMatchObject({ properties, required });
});

test.each(streams)("rows of the tables of $name have the columns that are deployed", (stream) => {
  const { increments, totals } = stream;
  const columnsOf = (table: string) =>
    stored.parse(checkedInJson(`terraform/schemas/${table}.json`)).schema;
  expect([
    ...bigquerySchema(increments.row),
    expect.objectContaining({ name: "landed_at" }),
  ]).toEqual(columnsOf(increments.table));
  expect(bigquerySchema(totals.row)).toEqual(columnsOf(totals.table));
});

test("each stream counts what happened since its epoch, and is judged by one of its measures", () => {
  const told = (stream: (typeof streams)[number]) => [
    stream.epoch,
    stream.description,
    stream.anomalies,
  ];
  expect(told(urlMentions)).toEqual([
    "2006-03-21T00:00:00Z",
    "Shares of links, counted by the page they show",
    { of: "mentions", keys: 20, sensitivity: 5.6 },
  ]);
  expect(told(interactions)).toEqual([
    "2006-03-21T00:00:00Z",
    "Reposts, quotes, replies and mentions, counted by who moved whom",
    { of: "interactions", keys: 20, sensitivity: 5.6 },
  ]);
  expect(told(turnstileReadings)).toEqual([
    "2010-01-01T00:00:00Z",
    "Passages through turnstiles, as streams of increments tell them",
    { of: "entries", keys: 20, sensitivity: 5.6 },
  ]);
  expect(told(wordCounts)).toEqual([
    "2010-05-19T00:00:00Z",
    "Words of texts, counted by document in the hour it was uploaded",
    { of: "occurrences", keys: 20, sensitivity: 5.6 },
  ]);
  expect(told(logEntries)).toEqual([
    "1995-01-01T00:00:00Z",
    "Entries of logs, by the service that wrote them, its host and their status",
    { of: "entries", keys: 20, sensitivity: 5.6 },
  ]);
});

test("single keys are served of pages, and of who moves and is moved by whom", () => {
  expect(streams.flatMap(({ indices }) => indices)).toEqual([
    { name: "url_hours", sortedBy: ["url_key"] },
    { name: "influencer_hours", sortedBy: ["influencer", "influenced"] },
    { name: "influenced_hours", sortedBy: ["influenced", "influencer"] },
  ]);
});

test.each([
  ["repost", 4, true],
  ["quote", 3, true],
  ["reply", 2, false],
  ["mention", 1, false],
] as const)(
  "a %s weighs %i, and passes on what the other has said: %s",
  (kind, weight, passesOn) => {
    expect(interactionWeights[kind]).toBe(weight);
    expect(isReshare(kind)).toBe(passesOn);
  },
);
