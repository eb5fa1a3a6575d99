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
    const value = event[field];
    group +=
      typeof value === "string" ? `/${value.length}:${value}` : `/${JSON.stringify(value ?? null)}`;
  }
  return group;
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
  const firsts = new Map<string, Member>();
  // Few ids come twice, and a text for each event is dear.
  const others = new Map<string, Member>();
  for (const event of group) {
    const one = { event, member: pick(event, stream.members) };
    const first = firsts.get(event.id);
    if (first === undefined) {
      firsts.set(event.id, one);
      continue;
    }
    const text = JSON.stringify(one.member);
    if (text !== JSON.stringify(first.member)) others.set(text, one);
  }
  const members = [...firsts.values(), ...others.values()];
  return members.sort((a, b) => (a.event.id < b.event.id ? -1 : a.event.id > b.event.id ? 1 : 0));
}

type Member = { event: StreamEvent; member: Record<string, unknown> };

function pick(event: StreamEvent, fields: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) if (event[field] !== undefined) picked[field] = event[field];
  return picked;
}
