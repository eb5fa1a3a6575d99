/** Messages waiting to be handed out: in order of arrival, or in the order `pick` chooses. */
export type ReadyList<Item> = {
  size(): number;
  add(item: Item): void;
  /** The one that is handed out next; stays in the list. */
  peek(): Item | undefined;
  /** Removes the one `peek` showed. */
  drop(): void;
};

// Below this many free places at the front the list is not worth compacting.
const compactFrom = 1024;

/** @param pick chooses one of `count` waiting items, 0 being the oldest. */
export function createReadyList<Item>(pick: (count: number) => number): ReadyList<Item> {
  const items: (Item | undefined)[] = [];
  let head = 0;

  return {
    size: () => items.length - head,
    add(item) {
      items.push(item);
    },
    peek() {
      if (head === items.length) return undefined;
      const chosen = head + pick(items.length - head);
      const item = items[chosen];
      items[chosen] = items[head];
      items[head] = item;
      return item;
    },
    drop() {
      items[head] = undefined;
      head += 1;
      if (head === items.length || (head >= compactFrom && head * 2 >= items.length)) {
        items.splice(0, head);
        head = 0;
      }
    },
  };
}
