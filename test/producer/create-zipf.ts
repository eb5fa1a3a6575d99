import type { Random } from "../support/create-random.ts";

/**
 * Makes a sampler of ranks 0 … size-1 in which rank r comes with a weight of 1 / (r + 1)^exponent:
 * the few are shared by many, as links and authors are.
 */
export function createZipf(size: number, exponent: number, random: Random): () => number {
  const cumulative = new Float64Array(size);
  let total = 0;
  for (let rank = 0; rank < size; rank += 1) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return () => {
    const target = random.fraction() * total;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
