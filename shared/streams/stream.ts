import * as z from "zod";
import { eventId } from "../events/event-id.ts";
import { eventTime, hourStart } from "../events/event-time.ts";
import { roleOf } from "./field-roles.ts";

/**
 * How one column of a stream's view is computed from the distinct events of an hour and key: how
 * many they are, how many values a field has, or the sum of a field; `where` leaves events out.
 */
export type Measure<Field extends string = string> = {
  description: string;
  where?: { field: Field } & ({ is: string } | { isNot: string });
} & ({ counts: "events" } | { counts: "distinct"; of: Field } | { counts: "sum"; of: Field });

/**
 * A stream is a kind of event that is counted by the hour. This is all that is said of it: topics,
 * tables, views and what the generic functions may do follow from it.
 */
type Declaration<Shape extends z.ZodRawShape> = {
  /** Also the topic that its events travel on, for example `url-mentions`. */
  name: string;
  /** What is counted, in names: `url` gives `url_hour_increments`, `url_hours`, `append-url-hours`. */
  counts: string;
  description: string;
  /** Earliest possible event time, RFC 3339 UTC. */
  epoch: string;
  /** The fields of an event beside `id` and `event_time`, each in its role. */
  fields: Shape;
  /** Whether it matters when in the hour each event was: it is kept beside its identity. */
  keepsTime?: boolean;
  /** For a stream whose ids are those of posts, and which has their `alias`: its field with their author. */
  postsBy?: keyof Shape & string;
  /** By the name of the view's column. */
  measures: Record<string, Measure<keyof Shape & string>>;
  /**
   * Files of each closed hour for whoever serves single keys: by the name of their folder, the keys that
   * they are sorted by, of which the first is looked up.
   */
  indices?: Record<string, readonly (keyof Shape & string)[]>;
  /** What tells that an hour is unusual; as with any stream, where absent. */
  anomalies?: Partial<AnomalySettings>;
};

/** How the hours of a stream, and those of its biggest keys, are judged. */
type AnomalySettings = {
  /** Column of the view by which keys are judged: the first that counts events, or else the first. */
  of: string;
  /** So many keys are judged that have the most in an hour. */
  keys: number;
  /**
   * Distance from the expected, in units of the usual noise, from which on an hour is unusual: 6.5 is
   * calm, 4.5 tells of much that is nothing.
   */
  sensitivity: number;
};

const usualAnomalies = { keys: 20, sensitivity: 5.6 };

/** A declared stream, and what follows from its declaration. */
export type Stream = {
  name: string;
  description: string;
  epoch: string;
  /** The field with the author of the posts that tombstones withdraw; undefined, unless it is of posts. */
  postsBy: string | undefined;
  /** Value of the `schema` attribute of its messages. */
  schema: string;
  event: z.ZodObject;
  /** Names of the fields by their roles, in the order of the declaration. */
  keys: readonly string[];
  labels: readonly string[];
  /** `id`, and whatever else is kept of each event. */
  members: readonly string[];
  sums: readonly string[];
  revision: string | undefined;
  increments: { topic: `append-${string}-hours`; table: string; schema: string; row: z.ZodObject };
  /** What `close-hours` writes: a row for each key of a closed hour, and one for the hour itself. */
  totals: { table: string; row: z.ZodObject };
  /** View of the counts: totals of closed hours, and open hours from what came lately. */
  view: string;
  /** View of the same counts, all of them from increments: exact at once, at full cost. */
  exactView: string;
  /** View of the events that count, one row each. */
  eventsView: string;
  /** View of the closed hours, one row each. */
  closingsView: string;
  measures: readonly (Measure & { name: string })[];
  indices: readonly HourIndex[];
  anomalies: AnomalySettings;
};

/** Files in the lake with the counts of each key, by hour. */
export type HourIndex = { name: string; sortedBy: readonly string[] };

/** What every event has, whatever its stream. */
const identity = {
  id: eventId.describe("Identity of the event: <source>:<native id>"),
  event_time: eventTime.describe("When it happened, UTC"),
};

/** Columns that the tables and views of each stream have beside those that it declares. */
const ownColumns = ["hour", "events", "landed_at", "closing", "revision", "is_header"];

/**
 * A stream as it is declared, with all that follows from it.
 * @throws {Error} when a field has no role, a stream no key, a column the name of another one, or an
 * index another order than that of its keys.
 */
export function declareStream<Shape extends z.ZodRawShape>(declared: Declaration<Shape>) {
  const event = z.compile(z.object({ ...identity, ...declared.fields }));
  return { ...describeStream(declared, event), event };
}

function describeStream<Shape extends z.ZodRawShape>(
  declared: Declaration<Shape>,
  event: z.ZodObject,
): Stream {
  const { name, counts, description, epoch, fields, keepsTime, postsBy, measures } = declared;
  const named = (...wanted: (string | undefined)[]) =>
    Object.entries(fields).flatMap(([field, type]) => {
      const role = type instanceof z.ZodType ? roleOf(type) : undefined;
      if (role === undefined) throw new Error(`field '${field}' of stream ${name} has no role`);
      return wanted.includes(role) ? [field] : [];
    });
  const keys = named("key");
  if (keys.length === 0) throw new Error(`stream ${name} has no key`);
  const labels = named("label");
  const members = [
    ...(keepsTime ? ["id", "event_time"] : ["id"]),
    ...named("member", "author", "measure", "revision"),
  ];
  const table = `${counts}_hour_increments`;
  const columns = Object.entries(measures).map(([column, one]) => ({ name: column, ...one }));
  const shown = [...keys, ...labels, ...columns.map((column) => column.name)];
  const taken = shown.find((one, at) => ownColumns.includes(one) || shown.indexOf(one) !== at);
  if (taken !== undefined) throw new Error(`stream ${name} has two columns '${taken}'`);
  const { of } = declared.anomalies ?? {};
  if (of !== undefined && !Object.hasOwn(measures, of)) {
    throw new Error(`stream ${name} has no measure '${of}' to judge`);
  }
  const indices = Object.entries(declared.indices ?? {}).map(([index, sortedBy]) => {
    if (sortedBy.toSorted().join() !== keys.toSorted().join()) {
      throw new Error(`index ${index} of stream ${name} is not sorted by all its keys`);
    }
    return { name: index, sortedBy };
  });
  return {
    name,
    description,
    epoch,
    postsBy,
    schema: `${name}.v1`,
    event,
    keys,
    labels,
    members,
    sums: named("measure"),
    revision: named("revision")[0],
    increments: {
      topic: `append-${counts.replaceAll("_", "-")}-hours`,
      table,
      schema: `${table}.v1`,
      row: incrementRow(event, { keys, labels, members }),
    },
    totals: {
      table: `${counts}_hour_totals`,
      row: totalsRow(event, { keys, labels, measures: columns }),
    },
    view: `${counts}_hours`,
    exactView: `${counts}_hours_exact`,
    eventsView: `${counts}_events`,
    closingsView: `${counts}_closings`,
    measures: columns,
    indices,
    anomalies: { ...usualAnomalies, of: judgedColumn(columns), ...declared.anomalies },
  };
}

const judgedColumn = (columns: Stream["measures"]): string =>
  (columns.find(({ counts, where }) => counts === "events" && where === undefined) ?? columns[0])
    ?.name ?? "";

/** Row of an increments table: one hour and key, with the identities that it counts inside. */
function incrementRow(
  event: z.ZodObject,
  { keys, labels, members }: Record<"keys" | "labels" | "members", readonly string[]>,
) {
  return z.compile(
    z.object({
      hour: hourStart.describe("Start of the UTC hour in which the events happened"),
      ...pick(event, keys),
      ...pick(event, labels),
      events: z
        .array(z.object(pick(event, members)))
        .min(1)
        .describe("The distinct events counted here"),
    }),
  );
}

/** What a closing says of its hour. */
const header = z
  .object({
    watermark: eventTime.describe("What landed before this time was there to be counted, UTC"),
    first_landed_at: eventTime.describe("When the first increment of the hour landed, UTC"),
    keys: z.int().describe("Keys that have counts in this hour"),
    events: z.int().describe("Distinct events that count in this hour"),
    late: z.int().describe("Of those, what has landed since the closing before"),
    fingerprint: z.int().describe("Of all counts of the hour: closed again, the same is not kept"),
  })
  .describe("Only in the row of the hour itself, which has no key");

/** Row of a totals table: the counts of a key in a closed hour, or what a closing says of the hour. */
function totalsRow(
  event: z.ZodObject,
  { keys, labels, measures }: Pick<Stream, "keys" | "labels" | "measures">,
) {
  const counts = measures.map((measure) => {
    const type = measure.counts === "sum" ? summed(event, measure.of) : z.int();
    return [measure.name, type.optional().describe(measure.description)];
  });
  return z.object({
    hour: hourStart.describe("Start of the UTC hour that is closed"),
    revision: z.int().describe("Which closing of the hour this is: only the greatest counts"),
    closing: header.optional(),
    ...optional(pick(event, keys)),
    ...optional(pick(event, labels)),
    ...Object.fromEntries(counts),
  });
}

function pick(event: z.ZodObject, names: readonly string[]): Record<string, z.ZodType> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const type = event.shape[name];
      return type instanceof z.ZodType ? [[name, type]] : [];
    }),
  );
}

const optional = (fields: Record<string, z.ZodType>): Record<string, z.ZodType> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, type]) => {
      if (type instanceof z.ZodOptional) return [name, type];
      const { description } = type;
      return [
        name,
        description === undefined ? type.optional() : type.optional().describe(description),
      ];
    }),
  );

function summed(event: z.ZodObject, name: string): z.ZodType {
  const type = event.shape[name];
  const number = type instanceof z.ZodOptional ? type.unwrap() : type;
  return number instanceof z.ZodNumberFormat ? z.int() : z.number();
}
