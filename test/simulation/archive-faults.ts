import { findObjects } from "../../terraform/operate/archive/find-objects.ts";
import { encodeArchive } from "../local-cloud/encode-archive.ts";
import { writeArchiveName } from "../local-cloud/write-archive-name.ts";
import { countHours } from "./count-hours.ts";
import type { Row } from "./create-warehouse.ts";
import { calm } from "./draw-storm.ts";
import type { PlantedFault } from "./planted-fault.ts";

/** Retractions of all that ever lands. */
const timeless = (retractions: readonly Row[]): Row[] =>
  retractions.map((row) => ({ ...row, landed_before: "9999-12-31T23:59:59.999Z" }));

/** An archive that does not give back what came, and counts that are not made anew. */
export const archiveFaults: readonly PlantedFault[] = [
  {
    name: "archives messages without their attributes",
    sign: "lost",
    archiveRules: {
      encode: (subscription, messages) =>
        encodeArchive(
          subscription,
          messages.map((message) => ({ ...message, attributes: {} })),
        ),
    },
  },
  {
    name: "archives the first message of each object",
    sign: "lost",
    archiveRules: {
      encode: (subscription, messages) => encodeArchive(subscription, messages.slice(0, 1)),
    },
  },
  {
    name: "names archived objects otherwise than they are looked for",
    sign: "lost",
    archiveRules: {
      name: (topic, openedAt, uuid) =>
        writeArchiveName(topic, openedAt, uuid).replace("archive/", "raw/"),
    },
  },
  {
    name: "takes back what is counted again, too",
    sign: "unstable",
    storm: { ...calm, replays: true },
    countHours: (increments, tombstones, retractions = []) =>
      countHours(increments, tombstones, timeless(retractions)),
  },
  {
    name: "does not look into the object that reaches into a replay",
    sign: "lost",
    storm: { ...calm, replays: true },
    archiveRules: {
      find: async (bucket, topic, range) => {
        const found = await findObjects(bucket, topic, range);
        return found.filter(({ openedAt }) => openedAt >= range.from);
      },
    },
  },
];
