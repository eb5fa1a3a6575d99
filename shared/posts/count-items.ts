import { isRecord } from "../codec/is-record.ts";

/** How many items a record may hold: the elements of its lists, or those of the records in it. */
export function countItems(record: unknown): number {
  if (Array.isArray(record)) {
    return record.reduce((sum: number, element: unknown) => sum + countItems(element), 0);
  }
  if (!isRecord(record)) return 1;
  let items = isRecord(record.message) ? countItems(record.message) : 0;
  for (const member of Object.values(record)) if (Array.isArray(member)) items += member.length;
  return Math.max(1, items);
}
