/** A repeatable source of chance: the same seed gives the same numbers on every machine. */
export type Random = {
  /** A number in [0, 1). */
  fraction: () => number;
  /** A whole number in [0, below). */
  below: (below: number) => number;
  /** True in `share` (0 to 1) of the calls. */
  chance: (share: number) => boolean;
  /** One of the items, which must not be empty. */
  pick: <Item>(items: readonly Item[]) => Item;
};

/**
 * Makes a random source from a seed, any safe integer.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand, public domain): 128 bits of state.
 */
export function createRandom(seed: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 0x1_0000_0000) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;

  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return result >>> 0;
  };
  // Seeds that differ in few bits start alike; the author's advice is to drop the first rounds.
  for (let round = 0; round < 16; round += 1) next();

  const fraction = () => next() / 0x1_0000_0000;
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    chance: (share) => fraction() < share,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("nothing to pick from");
      return item;
    },
  };
}
