import type { ImageColor } from "../../shared/events/image-color.v1.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import {
  createObjectHandler,
  type ObjectDependencies,
  type Taken,
} from "../../shared/objects/handle-object.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";
import { clusterColors } from "./cluster-colors.ts";
import { countColors } from "./count-colors.ts";
import { decodeImage } from "./decode-image.ts";
import { describeColors } from "./describe-colors.ts";
import type manifest from "./function.json";

type Dependencies = ObjectDependencies<PublishedTopic<typeof manifest>> & {
  config: { appliesProfiles: boolean; colors: number; limits: { bytes: number; pixels: number } };
};

/** Images decoded at a time: memory is bounded by them. Also the concurrency in function.json. */
const imagesAtATime = 1;

/**
 * Handles one notification that an object is complete: finds the dominant colours of an image, and
 * returns only when all of them are safe on the next topic.
 */
export function createHandler(dependencies: Dependencies) {
  const { store, publish, config } = dependencies;

  const take = async (object: StoredObject, name: string): Promise<Taken> => {
    const { bytes, pixels: mostPixels } = config.limits;
    if (object.size > bytes) {
      throw new BrokenObjectError("object-too-large", `more than ${bytes} bytes`);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of store.read(object)) chunks.push(chunk);
    const image = await decodeImage(Buffer.concat(chunks), { ...config, mostPixels });
    const colors = clusterColors(countColors(image), config.colors);
    const rows: ImageColor[] = describeColors(object, name, image, colors);
    const lines = rows.map((row) => JSON.stringify(row));
    await publish("append-image-colors", "image-color.v1", lines);
    const { format, width, height } = image;
    return { told: { format, width, height, colors: colors.length } };
  };

  const taking = {
    stage: "cluster-colors",
    folder: "images",
    atATime: imagesAtATime,
    take,
  } as const;
  return createObjectHandler(taking, dependencies);
}
