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
    const group = JSON.stringify([
      hourStartOf(event.event_time),
      ...fields.map((field) => event[field]),
    ]);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [event]);
    else members.push(event);
  }
  return [...groups.values()].flatMap((members) => increments(stream, members));
}

function increments(stream: Stream, group: StreamEvent[]): Increment[] {
  const members = distinctMembers(stream, group);
  const rows: Increment[] = [];
  for (let start = 0; start < members.length; start += maxEventsPerIncrement) {
    const part = members.slice(start, start + maxEventsPerIncrement);
    const [first] = part;
    if (first === undefined) break;
    rows.push({
      hour: hourStartOf(first.event.event_time),
      ...pick(first.event, [...stream.keys, ...stream.labels]),
      events: part.map(({ member }) => member),
    });
  }
  return rows;
}

/** The members of a group, each once, smallest id first. */
function distinctMembers(stream: Stream, group: StreamEvent[]) {
  const members = group.map((event) => ({ event, member: pick(event, stream.members) }));
  // Most links are shared once in a batch, and a text for each event is dear.
  if (members.length === 1) return members;
  const distinct = new Map(members.map((one) => [JSON.stringify(one.member), one]));
  return [...distinct.values()].sort((a, b) => (a.event.id < b.event.id ? -1 : 1));
}

function pick(event: StreamEvent, fields: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) if (event[field] !== undefined) picked[field] = event[field];
  return picked;
}
