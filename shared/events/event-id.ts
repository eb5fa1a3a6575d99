import * as z from "zod";

/** Most characters of an id. */
const maxLength = 512;
const shape = /^[a-z][a-z0-9-]*:\S+$/;

/**
 * Identity of one event: `<source>:<native id>`, for example `x:1146305069987618817`.
 * Counts are counts of distinct ids, so an id is always made from strings, never from a
 * JavaScript number (which is exact only up to 2^53).
 */
export const eventId = z.string().max(maxLength).regex(shape).brand<"EventId">();

export type EventId = z.infer<typeof eventId>;

/** With a zero in front, one event would have two ids. */
const isDecimalId = (text: string): text is EventId =>
  /^[a-z][a-z0-9-]*:(?:0|[1-9][0-9]{0,19})$/.test(text);
const isTextId = (text: string): text is EventId => text.length <= maxLength && shape.test(text);

/** The `EventId` of a decimal native id, or undefined when the text is not one. */
export function eventIdOf(source: string, nativeId: string): EventId | undefined {
  const id = `${source}:${nativeId}`;
  return isDecimalId(id) ? id : undefined;
}

/**
 * The `EventId` of a native id that this project has made itself, as a hash.
 * @throws {Error} when it is none, which is a defect.
 */
export function eventIdOfOwn(source: string, nativeId: string): EventId {
  const id = eventIdOfText(source, nativeId);
  if (id === undefined)
    throw new Error(`${source}: no id can be made of ${nativeId.length} letters`);
  return id;
}

/** The `EventId` of a native id that is any text; undefined when it has spaces or is too long. */
export function eventIdOfText(source: string, nativeId: string): EventId | undefined {
  const id = `${source}:${nativeId}`;
  return isTextId(id) ? id : undefined;
}
