import * as z from "zod";
import { eventTime } from "./event-time.ts";

/** One dominant colour of one generation of an image. */
export const imageColor = z.compile(
  z.object({
    image: z.string().min(1).max(1_024).describe("Name of the image in its folder"),
    generation: z.string().regex(/^\d+$/).describe("Generation of the object"),
    uploaded_at: eventTime.describe("When the image was uploaded, UTC"),
    rank: z.int().min(1).describe("1 for the colour with the largest share"),
    color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/)
      .describe("The colour in sRGB, #rrggbb"),
    share: z
      .number()
      .min(0)
      .max(1)
      .describe("Share of the image that is nearest to it; all shares of an image sum to 1"),
    lightness: z.number().describe("Oklab: 0 black to 1 white"),
    a: z.number().describe("Oklab: green to red"),
    b: z.number().describe("Oklab: blue to yellow"),
    format: z.string().max(16).describe("jpeg, png, webp, gif or avif, by content"),
    width: z.int().min(1).describe("Pixels, as stored"),
    height: z.int().min(1).describe("Pixels, as stored"),
  }),
);

export type ImageColor = z.infer<typeof imageColor>;
