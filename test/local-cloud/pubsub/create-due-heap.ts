/** Something that becomes due; the heap keeps its position so that it can leave early. */
export type Due = {
  /** Milliseconds on the server's clock. */
  dueAt: number;
  /** Position in the heap, -1 outside of it; written by the heap alone. */
  heapIndex: number;
};

export type DueHeap<Item extends Due> = {
  add(item: Item): void;
  /** Does nothing for an item that is not in the heap. */
  remove(item: Item): void;
  /** The item that is due first. */
  first(): Item | undefined;
};

/** A binary min-heap by `dueAt`: adding and leaving early cost O(log n), nothing stale stays behind. */
export function createDueHeap<Item extends Due>(): DueHeap<Item> {
  const items: Item[] = [];

  function place(item: Item, index: number): void {
    items[index] = item;
    item.heapIndex = index;
  }

  function rise(item: Item, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || parent.dueAt <= item.dueAt) break;
      place(parent, index);
      index = parentIndex;
    }
    place(item, index);
  }

  function sink(item: Item, from: number): void {
    let index = from;
    for (;;) {
      const left = items[2 * index + 1];
      const right = items[2 * index + 2];
      const child =
        right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
      if (child === undefined || child.dueAt >= item.dueAt) break;
      const childIndex = child.heapIndex;
      place(child, index);
      index = childIndex;
    }
    place(item, index);
  }

  return {
    add(item) {
      items.push(item);
      rise(item, items.length - 1);
    },
    remove(item) {
      const index = item.heapIndex;
      if (index < 0) return;
      item.heapIndex = -1;
      const last = items.pop();
      if (last === undefined || last === item) return;
      place(last, index);
      sink(last, index);
      rise(last, last.heapIndex);
    },
    first: () => items[0],
  };
}
