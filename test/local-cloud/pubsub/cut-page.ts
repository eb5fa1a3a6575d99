import { invalidArgument } from "./rpc-error.ts";

/** One page of a listing. */
export type ListPage<Item> = {
  items: Item[];
  /** Empty on the last page. */
  nextPageToken: string;
};

const largestPage = 1000;

/**
 * Cuts one page out of a sorted listing; a page token is the encoded name of the last item sent.
 * @throws RpcError INVALID_ARGUMENT for a negative page size.
 */
export function cutPage<Item>(
  sorted: readonly Item[],
  nameOf: (item: Item) => string,
  request: { readonly pageSize?: number | null; readonly pageToken?: string | null },
): ListPage<Item> {
  const asked = request.pageSize ?? 0;
  if (asked < 0) throw invalidArgument(`Invalid page size given (page_size=${asked}).`);
  const size = Math.min(asked || largestPage, largestPage);
  const after = Buffer.from(request.pageToken ?? "", "base64url").toString();
  const rest = sorted.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  const more = rest.length > items.length && last !== undefined;
  return { items, nextPageToken: more ? Buffer.from(nameOf(last)).toString("base64url") : "" };
}
