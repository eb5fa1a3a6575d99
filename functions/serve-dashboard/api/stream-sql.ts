import * as z from "zod";
import { eventTime } from "../../../shared/events/event-time.ts";
import { postsLatestSql } from "../../../shared/rows/posts-latest.ts";
import { labelSql, measureSql } from "../../../shared/streams/count-events.ts";
import { eventsBetweenSql } from "../../../shared/streams/events-view.ts";
import { roleOf } from "../../../shared/streams/field-roles.ts";
import { hoursBetweenSql } from "../../../shared/streams/hours-view.ts";
import type { Stream } from "../../../shared/streams/stream.ts";

/** Filters of a request: values by the fields of the stream, and words. */
export type Filters = { fields: Readonly<Record<string, string>>; words: readonly string[] };

/** What a field holds, without its being optional. */
export function typeOf(stream: Stream, field: string): z.ZodType {
  const declared = declaredType(stream, field);
  const type = declared instanceof z.ZodOptional ? declared.unwrap() : declared;
  return type instanceof z.ZodType ? type : declared;
}

export const isText = (type: z.ZodType): boolean =>
  type instanceof z.ZodString || type instanceof z.ZodEnum;

/** What only the post tells of which an event was made. */
export const language = "language";

/** Fields of a stream by which it can be filtered: what describes the key, the events, and their posts. */
export function filterFields(stream: Stream): string[] {
  const author = authorOf(stream);
  return [
    ...stream.keys,
    ...stream.labels,
    ...(author === undefined ? [] : [author]),
    ...facetsOf(stream),
    ...(stream.postsBy === undefined ? [] : [language]),
  ];
}

/** Other names of the post, which nobody filters by. */
const aliases = ["id", "alias"];

/** Members that tell of what kind an event is, as its source. */
export const facetsOf = (stream: Stream): string[] =>
  stream.members.filter(
    (name) =>
      !aliases.includes(name) &&
      roleOf(declaredType(stream, name)) === "member" &&
      isText(typeOf(stream, name)) &&
      typeOf(stream, name).def !== eventTime.def,
  );

/** The field that tells who did it, where the stream has one. */
export const authorOf = (stream: Stream): string | undefined =>
  stream.members.find((name) => name !== "id" && roleOf(declaredType(stream, name)) === "author");

/** What the declaration says of a field. */
export const describeField = (stream: Stream, name: string): string =>
  name === language
    ? "Language of the post, as its source tells it"
    : (declaredType(stream, name).description ?? name);

function declaredType(stream: Stream, name: string): z.ZodType {
  const type = stream.event.shape[name];
  if (type instanceof z.ZodType) return type;
  throw new Error(`stream ${stream.name} has no field ${name}`);
}

/** Measures that may be added up over keys and hours; how many different ones there are may not. */
export const sumsOf = (stream: Stream): Stream["measures"] =>
  stream.measures.filter(({ counts }) => counts !== "distinct");

/** Whether only the events tell: the view of the hours knows keys and labels alone. */
export const needsEvents = (stream: Stream, { fields }: Filters): boolean =>
  Object.keys(fields).some((name) => ![...stream.keys, ...stream.labels].includes(name));

/** Conditions of a query for the hours of a range, over rows that are called `event`. */
export const whereSql = (stream: Stream, filters: Filters): string =>
  [
    "event.hour >= TIMESTAMP(@from) AND event.hour < TIMESTAMP(@to)",
    ...conditionsOf(stream, filters),
  ].join("\n    AND ");

/** What filters ask of an `event`. */
export function conditionsOf(stream: Stream, filters: Filters): string[] {
  return [
    ...Object.keys(filters.fields).map((name) =>
      name === language ? languageSql() : `${textSql(stream, name)} = @is_${name}`,
    ),
    ...filters.words.map((_, n) => wordSql(stream, n)),
  ];
}

/** The hours of an event are those of its post. */
const languageSql = () => `event.id IN (
      SELECT post.id FROM ${inline(postsLatestSql("TIMESTAMP(@from)"))} AS post
      WHERE post.language = @is_language
        AND post.event_time >= TIMESTAMP(@from) AND post.event_time < TIMESTAMP(@to)
    )`;

export const filterParams = ({ fields, words }: Filters): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`is_${name}`, value])),
  ...Object.fromEntries(words.map((word, n) => [`word_${n}`, word])),
});

const textSql = (stream: Stream, name: string): string =>
  isText(typeOf(stream, name)) ? `event.${name}` : `CAST(event.${name} AS STRING)`;

/** A word is looked for in all that describes a key. */
function wordSql(stream: Stream, n: number): string {
  const fields = [...stream.keys, ...stream.labels].filter((name) => isText(typeOf(stream, name)));
  const found = fields.map((name) => `CONTAINS_SUBSTR(event.${name}, @word_${n})`);
  return found.length === 0 ? "FALSE" : `(${found.join(" OR ")})`;
}

/** One text that tells a key, which may be several columns. */
export const keySql = (stream: Stream): string => {
  const [only, ...more] = stream.keys.map((name) => textSql(stream, name));
  return more.length === 0 ? `${only}` : `TO_JSON_STRING([${[only, ...more].join(", ")}])`;
};

/** The same text of a row of an answer. */
export const keyOf = (stream: Stream, row: Readonly<Record<string, unknown>>): string => {
  const parts = stream.keys.map((name) => String(row[name]));
  return parts.length === 1 ? parts.join("") : JSON.stringify(parts);
};

export const hourSql = (column: string): string =>
  `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', ${column})`;

/** Exact columns of a group of distinct events. */
export const exactColumns = (stream: Stream): string[] => [
  ...stream.labels.map(labelSql),
  ...stream.measures.map((measure) => `${measureSql(measure)} AS ${measure.name}`),
];

/** Columns of a group of hours of one key: different ones are those of each hour, added up. */
export const summedColumns = (stream: Stream): string[] => [
  ...summedLabels(stream),
  ...stream.measures.map(({ name }) => `SUM(event.${name}) AS ${name}`),
];

/** Labels of a group of hours of one key, as its newest hour tells them. */
export const summedLabels = (stream: Stream): string[] =>
  stream.labels.map(
    (name) =>
      `ARRAY_AGG(event.${name} IGNORE NULLS ORDER BY event.hour DESC LIMIT 1)[SAFE_OFFSET(0)] AS ${name}`,
  );

/**
 * Rows of the view of the events, of the hours from `@from` to `@to`: no older partition is read. With
 * conditions, all that fulfil them, and perhaps others.
 */
export const eventsSql = (stream: Stream, conditions: readonly string[] = []): string =>
  inline(eventsBetweenSql(stream, "TIMESTAMP(@from)", "TIMESTAMP(@to)", conditions));

/** Rows of the view of the hours, of those from a parameter to `@to`. */
export const hoursSql = (stream: Stream, from = "from"): string =>
  inline(hoursBetweenSql(stream, `TIMESTAMP(@${from})`, "TIMESTAMP(@to)"));

/** A query of the default dataset, in place of a view. */
export const inline = (sql: string): string => `(\n${sql.replaceAll("${dataset}.", "")}\n)`;
