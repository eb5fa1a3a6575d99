import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { normalizePosts, type PostSource } from "../../shared/posts/normalize-posts.ts";
import { failedItem } from "../../shared/posts/post-item.ts";
import type { ItemLayout } from "./item-layout.ts";
import { layouts } from "./layouts.ts";
import { recognizeItems } from "./recognize-items.ts";

const stage = "normalize-items";

/** What the items of a message are of: its attribute `source` names the layout. */
export function itemsOf({ attributes }: PubsubDelivery): PostSource {
  const layout = layouts.find(({ source }) => source === attributes.source);
  return layout === undefined ? unknownSource : sourceOf(layout);
}

/** Items of one layout. */
export const sourceOf = (layout: ItemLayout): PostSource => ({
  source: layout.source,
  stage,
  recognize: (record) => recognizeItems(record, layout),
});

const known = layouts.map(({ source }) => source).join(", ");
const unknownSource: PostSource = {
  source: "items",
  stage,
  recognize: () => [
    { place: "", item: failedItem("unknown-shape", "", `no attribute source: one of ${known}`) },
  ],
};

/** All that one message of items turns into. */
export const normalizeMessage = (
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number; storesText: boolean },
) => normalizePosts(delivery, itemsOf(delivery), context);
