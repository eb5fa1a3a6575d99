import { hourStartOf } from "../../shared/events/event-time.ts";
import type { Stream } from "../../shared/streams/stream.ts";

/** An event of any stream, as its schema has parsed it. */
export type StreamEvent = Record<string, unknown> & { id: string; event_time: string };

/** A row of the stream's increments table. */
export type Increment = Record<string, unknown> & { hour: string; events: object[] };

/** Keeps a row of many events well below the size limits of messages and rows. */
const maxEventsPerIncrement = 2_000;

/**
 * The increments of some events: one per UTC hour, key and labels (more only above the size limit),
 * with the distinct events inside, smallest id first. An event that stands in the input twice is
 * there once.
 */
export function bucketHours(stream: Stream, events: readonly StreamEvent[]): Increment[] {
  const groups = new Map<string, StreamEvent[]>();
  // Labels, too: when the event that an increment was made of first is deleted, the others keep theirs.
  const fields = [...stream.keys, ...stream.labels];
  for (const event of events) {
    const group = groupOf(event, fields);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [event]);
    else members.push(event);
  }
  return [...groups.values()].flatMap((members) => increments(stream, members));
}

/** The hour and the fields as one text, each with its length, so that no two of them look alike. */
function groupOf(event: StreamEvent, fields: readonly string[]): string {
  let group = hourStartOf(event.event_time);
  for (const field of fields) {
    const value = event[field] ?? null;
    if (typeof value === "string") group += `/${value.length}:${value}`;
    // Most readings of posts mention no page.
    else group += value === null ? "/null" : `/${JSON.stringify(value)}`;
  }
  return group;
}

function increments(stream: Stream, group: readonly StreamEvent[]): Increment[] {
  const events = distinctEvents(stream, group);
  const rows: Increment[] = [];
  for (let start = 0; start < events.length; start += maxEventsPerIncrement) {
    const part = events.slice(start, start + maxEventsPerIncrement);
    const [first] = part;
    if (first === undefined) break;
    rows.push({
      hour: hourStartOf(first.event_time),
      ...pick(first, [...stream.keys, ...stream.labels]),
      events: part.map((event) => pick(event, stream.members)),
    });
  }
  return rows;
}

/** The events of a group, each once by what is kept of it, smallest id first. */
function distinctEvents(stream: Stream, group: readonly StreamEvent[]): readonly StreamEvent[] {
  // Most pages are mentioned once in a while.
  if (group.length === 1) return group;
  const textOf = (event: StreamEvent) => JSON.stringify(pick(event, stream.members));
  const firsts = new Map<string, StreamEvent>();
  // Few ids come twice, and a text for each event is dear.
  const others = new Map<string, StreamEvent>();
  for (const event of group) {
    const first = firsts.get(event.id);
    if (first === undefined) {
      firsts.set(event.id, event);
      continue;
    }
    const text = textOf(event);
    if (text !== textOf(first)) others.set(text, event);
  }
  const events = [...firsts.values(), ...others.values()];
  return events.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function pick(event: StreamEvent, fields: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) {
    const value = event[field];
    if (value !== undefined) picked[field] = value;
  }
  return picked;
}
