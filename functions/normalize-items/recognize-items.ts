import { isRecord } from "../../shared/codec/is-record.ts";
import { failedItem, type PlacedItem } from "../../shared/posts/post-item.ts";
import type { ItemLayout } from "./item-layout.ts";
import { readItem } from "./read-item.ts";
import { valueAt } from "./value-at.ts";

/** The items of one record: an answer of the API, a list of items, or one item. Never throws. */
export function recognizeItems(record: unknown, layout: ItemLayout): PlacedItem[] {
  const found = valueAt(record, layout.items);
  const list = found === undefined ? record : found;
  if (!Array.isArray(list)) return [{ place: "", item: recognizeItem(list, layout) }];
  if (list.length === 0) {
    return [{ place: "", item: { outcome: "ignored", reason: "notice-empty-page" } }];
  }
  const place = list === record ? "" : layout.items.map((name) => `.${name}`).join("");
  return list.map((element: unknown, index) => ({
    place: `${place}[${index}]`,
    item: recognizeItem(element, layout),
  }));
}

const recognizeItem = (item: unknown, layout: ItemLayout) =>
  isRecord(item)
    ? readItem(item, layout)
    : failedItem("unknown-shape", "", `no item of ${layout.source}: not an object`);
