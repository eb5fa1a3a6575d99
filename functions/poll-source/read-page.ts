import * as z from "zod";
import type { Source } from "./source.ts";

/** What a page tells of itself: its ids, and the token of the next one. */
export type Page = { ids: string[]; token: string | undefined };

const record = z.record(z.string(), z.unknown());
const digits = z.string().regex(/^\d{1,40}$/);

/**
 * What a page of a source tells of itself; undefined when it is no page: no JSON, an item without an
 * id, something else where the items should be. Where there are none, some sources leave the list out.
 */
export function readPage(
  body: Buffer,
  { items, id, paging }: Pick<Source, "items" | "id" | "paging">,
): Page | undefined {
  const value = parseJson(body);
  const list = at(value, items);
  const isPage = items.length === 0 || record.safeParse(value).success;
  if (!isPage || (list === undefined && items.length === 0)) return undefined;
  const ids = z
    .array(record.transform((item) => item[id]).pipe(digits))
    .safeParse(list === undefined ? [] : list);
  if (!ids.success) return undefined;
  const token =
    paging === "newer" ? undefined : z.string().min(1).safeParse(at(value, paging.token));
  return { ids: ids.data, token: token?.data };
}

/** Of two ids the one that is newer: more digits, or greater ones. */
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
