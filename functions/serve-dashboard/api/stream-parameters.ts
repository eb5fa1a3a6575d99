import type { Stream } from "../../../shared/streams/stream.ts";
import { text } from "./parameters.ts";
import { describeField, type Filters, filterFields } from "./stream-sql.ts";

const maxWords = 8;
const maxValueLength = 8_192;

/** A filter by each field that the stream declares, and by words. */
export const filterParameters = (stream: Stream) => ({
  words: text(200, "Words that the key or what describes it must all contain").refine(
    (words) => wordsOf(words).length <= maxWords,
    `at most ${maxWords} words`,
  ),
  ...Object.fromEntries(
    filterFields(stream).map((name) => [
      name,
      text(maxValueLength, `Only this: ${describeField(stream, name)}`),
    ]),
  ),
});

/** The filters among the parameters of a request. */
export const filtersOf = (
  stream: Stream,
  parameters: Readonly<Record<string, unknown>>,
): Filters => ({
  words: wordsOf(parameters.words),
  fields: Object.fromEntries(
    filterFields(stream).flatMap((name) => {
      const value = parameters[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  ),
});

const wordsOf = (words: unknown): string[] =>
  typeof words === "string" ? words.split(/\s+/).filter((word) => word !== "") : [];
