import type { Colors } from "./count-colors.ts";
import type { Oklab } from "./oklab.ts";

/** A dominant colour, and how much of the image is nearest to it: weights of pixels. */
export type Cluster = { center: Oklab; weight: number };

/** The best of so many beginnings: one alone ends now and then in a poor partition. */
const beginnings = 16;
/** The best beginning is sought among fewer points, which lie so far apart, and settles among all. */
const coarseStep = 0.01;
/** Points for each centre, of which there must be as many to seek among them. */
const coarseEnough = 50;
const mostRounds = 300;
const fixedSeed = 0x5eed;

/**
 * At most `count` dominant colours, the largest first: k-means (Lloyd's rounds from k-means++
 * beginnings) in Oklab, where equal distances look equal. The same colours give the same clusters, to
 * the last bit: chance comes from a fixed seed, and points have one order.
 */
export function clusterColors(colors: Colors, count: number): Cluster[] {
  const random = createRandom(fixedSeed);
  const coarse = merge(colors, coarseStep);
  const few = coarse.weights.length < coarseEnough * count ? colors : coarse;
  let best: Partition | undefined;
  for (let turn = 0; turn < beginnings; turn++) {
    const found = settle(few, begin(few, count, random));
    if (best === undefined || found.distance < best.distance) best = found;
  }
  const settled = settle(colors, best?.centers ?? new Float64Array());
  const { centers, sizes } = settled;
  return Array.from(sizes, (weight, at): Cluster => {
    const [lightness = 0, a = 0, b = 0] = centers.subarray(3 * at, 3 * at + 3);
    return { center: [lightness, a, b], weight };
  })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight || one.center[0] - other.center[0]);
}

/** Points of one cell of a grid are one, at their mean. */
function merge({ points, weights }: Colors, step: number): Colors {
  const cells = new Map<string, [weight: number, x: number, y: number, z: number]>();
  for (const [point, weight] of weights.entries()) {
    const [x = 0, y = 0, z = 0] = points.subarray(3 * point, 3 * point + 3);
    const cell = `${Math.round(x / step)} ${Math.round(y / step)} ${Math.round(z / step)}`;
    const [sum, sumX, sumY, sumZ] = cells.get(cell) ?? [0, 0, 0, 0];
    cells.set(cell, [sum + weight, sumX + weight * x, sumY + weight * y, sumZ + weight * z]);
  }
  const merged = [...cells.values()];
  return {
    points: Float64Array.from(merged.flatMap(([sum, x, y, z]) => [x / sum, y / sum, z / sum])),
    weights: Float64Array.from(merged.map(([sum]) => sum)),
  };
}

/** Centres, the weight of what is nearest to each, and the sum of all squared distances. */
type Partition = { centers: Float64Array; sizes: Float64Array; distance: number };

/** k-means++: each further centre is a point, drawn by its squared distance from those before it. */
function begin({ points, weights }: Colors, count: number, random: () => number): Float64Array {
  const nearest = new Float64Array(weights.length).fill(Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  let next = draw(weights, random);
  while (next !== undefined && chosen.length < 3 * count) {
    const [x = 0, y = 0, z = 0] = points.subarray(3 * next, 3 * next + 3);
    chosen.push(x, y, z);
    const odds = new Float64Array(weights.length);
    for (let point = 0; point < weights.length; point++) {
      const dx = (points[3 * point] ?? 0) - x;
      const dy = (points[3 * point + 1] ?? 0) - y;
      const dz = (points[3 * point + 2] ?? 0) - z;
      nearest[point] = Math.min(nearest[point] ?? 0, dx * dx + dy * dy + dz * dz);
      odds[point] = (nearest[point] ?? 0) * (weights[point] ?? 0);
    }
    next = draw(odds, random);
  }
  return Float64Array.from(chosen);
}

/** Index of a number drawn by its share in the sum; undefined when there is none but zeros. */
function draw(odds: Float64Array, random: () => number): number | undefined {
  const sum = odds.reduce((total, one) => total + one, 0);
  if (sum === 0) return undefined;
  let left = random() * sum;
  for (const [at, one] of odds.entries()) {
    left -= one;
    if (left < 0 && one > 0) return at;
  }
  return odds.findLastIndex((one) => one > 0);
}

/** Lloyd's rounds: every point to its nearest centre, every centre to the mean of its points. */
function settle({ points, weights }: Colors, beginning: Float64Array): Partition {
  const count = beginning.length / 3;
  let centers = beginning;
  const nearest = new Int32Array(weights.length).fill(-1);
  for (let round = 0; ; round++) {
    const sizes = new Float64Array(count);
    const sums = new Float64Array(3 * count);
    let distance = 0;
    let moved = false;
    for (let point = 0; point < weights.length; point++) {
      const x = points[3 * point] ?? 0;
      const y = points[3 * point + 1] ?? 0;
      const z = points[3 * point + 2] ?? 0;
      const weight = weights[point] ?? 0;
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let center = 0; center < count; center++) {
        const dx = x - (centers[3 * center] ?? 0);
        const dy = y - (centers[3 * center + 1] ?? 0);
        const dz = z - (centers[3 * center + 2] ?? 0);
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared < least) {
          least = squared;
          best = center;
        }
      }
      if (nearest[point] !== best) moved = true;
      nearest[point] = best;
      distance += weight * least;
      sizes[best] = (sizes[best] ?? 0) + weight;
      sums[3 * best] = (sums[3 * best] ?? 0) + weight * x;
      sums[3 * best + 1] = (sums[3 * best + 1] ?? 0) + weight * y;
      sums[3 * best + 2] = (sums[3 * best + 2] ?? 0) + weight * z;
    }
    if (!moved || round === mostRounds) return { centers, sizes, distance };
    const before = centers;
    // A centre that nothing is nearest to stays where it is.
    centers = sums.map((sum, at) => {
      const size = sizes[Math.floor(at / 3)] ?? 0;
      return size === 0 ? (before[at] ?? 0) : sum / size;
    });
  }
}

/** Numbers of 0 to 1 from a seed: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
