import { countedEventsSql } from "../streams/count-events.ts";
import { wordCounts } from "../streams/word-counts.ts";
import type { View } from "./view.ts";

/** The words of each document as it was uploaded last, in whatever hour that was. */
export const documentWords: View = {
  name: "document_words",
  description: "How often each document has each word, by the newest reading of the document",
  sql: [
    "-- How often each document has each word. Of a text that was uploaded again, in whatever hour, the",
    "-- newest reading alone counts. Generated from shared/rows.",
    `${countedEventsSql(wordCounts)}, newest AS (`,
    "  SELECT event.*",
    "  FROM counted AS event",
    "  WHERE TRUE",
    "  QUALIFY event.revision = MAX(event.revision) OVER (PARTITION BY event.document)",
    ")",
    "SELECT event.document, event.word, MAX(event.occurrences) AS occurrences",
    "FROM newest AS event",
    "WHERE event.word IS NOT NULL",
    "GROUP BY event.document, event.word",
    "",
  ].join("\n"),
  columns: {
    document: "Name of the text in its folder",
    word: "The word, in NFC and without capitals",
    occurrences: "How often it is there",
  },
};
