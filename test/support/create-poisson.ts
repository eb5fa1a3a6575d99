import { createRandom } from "./create-random.ts";

/** Counts of chance with the mean that each call names, at most about 700: the same for each seed. */
export function createPoisson(seed: number): (mean: number) => number {
  const { fraction } = createRandom(seed);
  return (mean) => {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = fraction(); product > limit; product *= fraction()) count += 1;
    return count;
  };
}
