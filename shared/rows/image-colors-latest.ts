import { imageColor } from "../events/image-color.v1.ts";
import type { View } from "./view.ts";

/** The colours of each image as it was uploaded last, each once however often they were delivered. */
export const imageColorsLatest: View = {
  name: "image_colors_latest",
  description: "The dominant colours of each image as it was uploaded last, each once",
  sql: [
    "-- The dominant colours of each image as it was uploaded last, each once. Generated from",
    "-- shared/rows.",
    "SELECT * EXCEPT (generation, landed_at)",
    "FROM `${dataset}.image_colors` AS color",
    "WHERE TRUE",
    // Of two readings of one generation, by two releases or with another number of colours, the newer.
    "QUALIFY DENSE_RANK() OVER (PARTITION BY image ORDER BY uploaded_at DESC, generation DESC) = 1",
    "  AND ROW_NUMBER() OVER (PARTITION BY image, generation, rank ORDER BY landed_at DESC) = 1",
    "",
  ].join("\n"),
  columns: Object.fromEntries(
    Object.entries(imageColor.shape)
      .filter(([name]) => name !== "generation")
      .map(([name, { description = "" }]) => [name, description]),
  ),
};
