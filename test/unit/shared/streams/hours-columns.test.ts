import { expect, test } from "vitest";
import * as z from "zod";
import { key } from "../../../../shared/streams/field-roles.ts";
import { eventsColumns, hoursColumns } from "../../../../shared/streams/hours-columns.ts";
import { declareStream } from "../../../../shared/streams/stream.ts";
import { wordCounts } from "../../../../shared/streams/word-counts.ts";

test("the columns of counts are the hour, the key, its labels, and the measures", () => {
  expect(Object.entries(hoursColumns(wordCounts))).toEqual([
    ["hour", "Start of the UTC hour"],
    ["document", "Name of the text in its folder, without .gz"],
    ["word", "The word, case-folded, in NFC; absent where a reading of a text has no words"],
    ["occurrences", "How often the word stands there"],
  ]);
});

test("the columns of events are the hour, the key, its labels, and whatever is kept of each", () => {
  expect(Object.entries(eventsColumns(wordCounts))).toEqual([
    ["hour", "Start of the UTC hour"],
    ["document", "Name of the text in its folder, without .gz"],
    ["word", "The word, case-folded, in NFC; absent where a reading of a text has no words"],
    ["id", "Identity of the event: <source>:<native id>"],
    ["occurrences", "How often the document has it"],
    [
      "revision",
      "Which reading of the document this is: when it was uploaded, then by which rules",
    ],
  ]);
});

test("a column of which nobody has said anything says its name", () => {
  const follows = declareStream({
    name: "follows",
    counts: "follow",
    description: "Follows",
    epoch: "2020-01-01T00:00:00Z",
    fields: { followed: key(z.string(), "") },
    measures: { follows: { counts: "events", description: "Follows" } },
  });
  const bare = { ...follows, event: z.object({ id: z.string(), followed: z.string() }) };
  expect(hoursColumns(bare)).toMatchObject({ followed: "followed" });
  expect(eventsColumns(bare)).toMatchObject({ followed: "followed", id: "id" });
  expect(hoursColumns({ ...bare, event: z.object({}) })).toMatchObject({ followed: "followed" });
  expect(eventsColumns({ ...bare, event: z.object({}) })).toMatchObject({ followed: "followed" });
});
