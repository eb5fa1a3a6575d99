import type { ImageColor } from "../../shared/events/image-color.v1.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";
import type { Cluster } from "./cluster-colors.ts";
import type { Image } from "./decode-image.ts";
import { toSrgb } from "./oklab.ts";

/** Finer than an eye or a decoder tells apart, and the same on every machine. */
const places = 1_000_000;

/** One row for each dominant colour of an image, the largest first. Their shares sum to 1. */
export function describeColors(
  { createdAt, generation }: Pick<StoredObject, "createdAt" | "generation">,
  name: string,
  { format, width, height }: Pick<Image, "format" | "width" | "height">,
  clusters: readonly Cluster[],
): ImageColor[] {
  const shares = shareOut(clusters.map(({ weight }) => weight));
  return clusters.map(({ center }, index) => {
    const [lightness, a, b] = center;
    return {
      image: name,
      generation,
      uploaded_at: createdAt,
      rank: index + 1,
      color: hexOf(toSrgb(center)),
      share: (shares[index] ?? 0) / places,
      lightness: rounded(lightness),
      a: rounded(a),
      b: rounded(b),
      format,
      width,
      height,
    };
  });
}

/** Weights as millionths of their sum: rounded down, and then the largest rests up, to exactly all. */
function shareOut(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const exact = weights.map((weight) => (weight / sum) * places);
  const shares = exact.map(Math.floor);
  const missing = places - shares.reduce((total, share) => total + share, 0);
  const byRest = exact
    .map((share, index) => ({ index, rest: share - Math.floor(share) }))
    .toSorted((one, other) => other.rest - one.rest || one.index - other.index);
  for (const { index } of byRest.slice(0, missing)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

const rounded = (value: number): number => Math.round(value * places) / places;

const hexOf = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
