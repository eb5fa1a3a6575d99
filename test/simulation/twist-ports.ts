import { constants, gunzipSync } from "node:zlib";
import * as z from "zod";
import type { StreamEvent } from "../../functions/bucket-hours/bucket-hours.ts";
import type { PublishMessage } from "../../shared/codec/publish-message.ts";
import { plainAttributes, plainData } from "../support/plain-data.ts";
import type { Row } from "./create-warehouse.ts";
import type { FunctionName, Handle, Platform, Twists } from "./functions-under-test.ts";

const record = z.record(z.string(), z.unknown());

/** Changes what is published to a topic, line by line; undefined leaves a line out. */
export const changeLines = (topic: string, change: (line: Row) => Row | undefined): Twists =>
  changeLinesOf(undefined, topic, change);

/** The same of one function alone, where one is named. */
export function changeLinesOf(
  name: FunctionName | undefined,
  topic: string,
  change: (line: Row) => Row | undefined,
): Twists {
  return {
    publishLines: (of, publish) => (to, schema, lines) => {
      if (to !== topic || (name !== undefined && of !== name)) return publish(to, schema, lines);
      const changed = lines.flatMap((line) => change(record.parse(JSON.parse(line))) ?? []);
      return publish(
        to,
        schema,
        changed.map((line) => JSON.stringify(line)),
      );
    },
  };
}

/** Changes each message that is published. */
export const changeMessages = (
  change: (...message: Parameters<PublishMessage<string>>) => [Buffer, Record<string, string>],
): Twists => ({
  platform: (_, platform) => ({
    ...platform,
    publish: (topic, data, attributes) =>
      platform.publish(topic, ...change(topic, data, attributes)),
  }),
});

/** Changes the events of a request before they are bucketed. */
export const changeEvents = (
  change: (events: StreamEvent[], platform: Platform) => StreamEvent[],
): Twists => ({
  count: (count, platform) => (stream, events, bytes) =>
    count(stream, change(events, platform), bytes),
});

/** Changes the time of each event before it is bucketed; ms since 1970, UTC. */
export const changeTimes = (change: (at: number) => number): Twists =>
  changeEvents((events) =>
    events.map((event) => {
      const changed = new Date(change(Date.parse(event.event_time)));
      return { ...event, event_time: changed.toISOString() };
    }),
  );

/** Changes the rows that are appended to a table. */
export const changeRows = (table: string, change: (rows: readonly Row[]) => Row[]): Twists => ({
  platform: (_, platform) => ({
    ...platform,
    append: (to, rows) => platform.append(to, to.name === table ? change(rows) : rows),
  }),
});

/** An increment with other ids in it. */
export function withIds(row: Row, change: (id: string) => string): Row {
  const events = z.array(z.looseObject({ id: z.string() })).parse(row.events);
  return { ...row, events: events.map((event) => ({ ...event, id: change(event.id) })) };
}

/** Replaces how one function handles a message. */
export const changeHandle = (
  name: FunctionName,
  change: (handle: Handle, platform: Platform) => Handle,
): Twists => ({
  handle: (of, handle, platform) => (of === name ? change(handle, platform) : handle),
});

const pushed = z.looseObject({
  data: z.looseObject({
    message: z.looseObject({
      messageId: z.string(),
      data: z.string(),
      attributes: z.record(z.string(), z.string()),
    }),
  }),
});

export const messageIdOf = (event: unknown): string => pushed.parse(event).data.message.messageId;

export const attributesOf = (event: unknown): Record<string, string> =>
  pushed.parse(event).data.message.attributes;

/** The event with another payload, that is not compressed; as it is when it cannot be read. */
export function changePayload(event: unknown, change: (payload: Buffer) => Buffer): unknown {
  const parsed = pushed.parse(event);
  const { message } = parsed.data;
  try {
    const plain = plainData(Buffer.from(message.data, "base64"), message.attributes);
    const data = change(plain).toString("base64");
    const attributes = plainAttributes(message.attributes);
    return { ...parsed, data: { ...parsed.data, message: { ...message, data, attributes } } };
  } catch {
    return event;
  }
}

/** The event with what can be read of compressed data that is cut short. */
export function decompressLeniently(event: unknown): unknown {
  const parsed = pushed.parse(event);
  const { message } = parsed.data;
  if (message.attributes["content-encoding"] !== "gzip") return event;
  const data = gunzipSync(Buffer.from(message.data, "base64"), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  const attributes = plainAttributes(message.attributes);
  const changed = { ...message, attributes, data: data.toString("base64") };
  return { ...parsed, data: { ...parsed.data, message: changed } };
}
