import * as z from "zod";
import type { PageSource } from "./source.ts";

/** What a page tells of itself: its ids, by what newer items are greater, and the token of the next one. */
export type Page = { ids: string[]; orders: string[]; token: string | undefined };

const record = z.record(z.string(), z.unknown());
/** An id that is a number may have lost digits. */
const digits = z.string().regex(/^\d{1,40}$/);
const order = z.union([digits, z.int().nonnegative().transform(String)]);

/**
 * What a page of a source tells of itself; undefined when it is no page: no JSON, an item without an
 * id, something else where the items should be. Where there are none, some sources leave the list out.
 */
export function readPage(
  body: Buffer,
  { items, id, order: ordering, paging }: Pick<PageSource, "items" | "id" | "order" | "paging">,
): Page | undefined {
  const value = parseJson(body);
  const list = at(value, items);
  const isPage = items.length === 0 || record.safeParse(value).success;
  if (!isPage || (list === undefined && items.length === 0)) return undefined;
  const read = z.array(record).safeParse(list === undefined ? [] : list);
  const ids = z.array(digits).safeParse(read.data?.map((item) => item[id]));
  if (!ids.success) return undefined;
  const orders =
    ordering === undefined
      ? ids
      : z.array(order).safeParse(read.data?.map((item) => item[ordering]));
  if (!orders.success) return undefined;
  const token =
    typeof paging === "object" ? z.string().min(1).safeParse(at(value, paging.token)) : undefined;
  return { ids: ids.data, orders: orders.data, token: token?.data };
}

/** Of two orders the one that is newer: more digits, or greater ones. */
export const newerOf = (one: string, other: string | undefined): string =>
  other === undefined || one.length > other.length || (one.length === other.length && one > other)
    ? one
    : other;

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => record.safeParse(inner).data?.[name], value);
