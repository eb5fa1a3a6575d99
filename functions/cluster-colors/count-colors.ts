import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import type { Image } from "./decode-image.ts";
import { toOklab } from "./oklab.ts";

/** Colours in Oklab and how much of an image has each: point n is at 3n, 3n + 1 and 3n + 2. */
export type Colors = { points: Float64Array; weights: Float64Array };

/** Colours that share the upper bits of each part are one point at their mean. */
const bits = 7;
/** Weight, red, green and blue of each cell lie together. */
const parts = 4;
const opaque = 255;

/**
 * The colours of an image, as many as differ visibly: each point weighs as much as its pixels show.
 * @throws {BrokenObjectError} when there is nothing to see.
 */
export function countColors({ pixels, channels }: Pick<Image, "pixels" | "channels">): Colors {
  const cells = new Float64Array(parts << (3 * bits));
  const drop = 8 - bits;
  for (let at = 0; at < pixels.length; at += channels) {
    const red = pixels[at] ?? 0;
    const green = pixels[at + 1] ?? 0;
    const blue = pixels[at + 2] ?? 0;
    const weight = channels === 4 ? (pixels[at + 3] ?? 0) / opaque : 1;
    const cell = parts * (((((red >> drop) << bits) | (green >> drop)) << bits) | (blue >> drop));
    cells[cell] = (cells[cell] ?? 0) + weight;
    cells[cell + 1] = (cells[cell + 1] ?? 0) + weight * red;
    cells[cell + 2] = (cells[cell + 2] ?? 0) + weight * green;
    cells[cell + 3] = (cells[cell + 3] ?? 0) + weight * blue;
  }
  const points: number[] = [];
  const weights: number[] = [];
  for (let cell = 0; cell < cells.length; cell += parts) {
    const weight = cells[cell] ?? 0;
    if (weight === 0) continue;
    const mean = (part: number) => (cells[cell + part] ?? 0) / weight;
    points.push(...toOklab(mean(1), mean(2), mean(3)));
    weights.push(weight);
  }
  if (weights.length === 0) {
    throw new BrokenObjectError("unsupported-format", "all of the image is transparent");
  }
  return { points: Float64Array.from(points), weights: Float64Array.from(weights) };
}
