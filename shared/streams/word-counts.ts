import * as z from "zod";
import { key, measure, revision } from "./field-roles.ts";
import { declareStream } from "./stream.ts";

/** Words of texts. All words of a document have one id: of two readings of it, only one counts. */
export const wordCounts = declareStream({
  name: "word-counts",
  counts: "word",
  description: "Words of texts, counted by document in the hour it was uploaded",
  // Before it there was no Cloud Storage.
  epoch: "2010-05-19T00:00:00Z",
  fields: {
    document: key(z.string().min(1).max(1_024), "Name of the text in its folder, without .gz"),
    word: key(
      z.string().min(1).max(256).optional(),
      "The word, case-folded, in NFC; absent where a reading of a text has no words",
    ),
    occurrences: measure(z.int().min(0), "How often the document has it"),
    revision: revision(
      z.string().regex(/^[0-9a-z]{9}\.[0-9a-z]{2}$/),
      "Which reading of the document this is: when it was uploaded, then by which rules",
    ),
  },
  measures: {
    occurrences: {
      counts: "sum",
      of: "occurrences",
      description: "How often the word stands there",
    },
  },
});

export type WordCount = z.infer<typeof wordCounts.event>;
