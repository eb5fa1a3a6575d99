import type { ExportTools } from "../../functions/export-hours/export-hour.ts";
import { createHandler } from "../../functions/export-hours/handler.ts";
import { type HourManifest, hourFolder, manifestName } from "../../shared/objects/hour-index.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { Random } from "../support/create-random.ts";
import { messagePublished } from "../support/deliveries.ts";
import { hourText } from "./count-hours.ts";
import type { TotalsHeader } from "./count-totals.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Twists } from "./functions-under-test.ts";
import type { See } from "./sightings.ts";

/** The subscriber of hours-closed that writes the files of each hour, and the lake that they are in. */
export type Exporter = {
  /** Takes a message of topic hours-closed: delivered late, in any order, more than once. */
  deliver: (payload: Buffer) => void;
  /** Hours whose newest closing is not what a reader finds, and manifests that named what was not there. */
  wrongHours: (newest: Iterable<TotalsHeader>) => number;
};

/** An object is a manifest, or a file of so many rows. */
type StoredObject = { generation: number; manifest?: HourManifest; rows?: number };

/** A call of the lake or of BigQuery is refused, does what it shall and fails, or is the last of its instance. */
const faults = ["refused", "lost", "dies"] as const;
const faultChance = 0.1;
/** A message of many hours fails often while one call in ten does: it is given up only long after the storm. */
const mostAttempts = 1_000;
/** A query may take as long. */
const exportMs = 20_000;
const deadlineMs = 60_000;
const log = { info: () => undefined };

export function createExporter(world: {
  scheduler: Scheduler;
  /** Its own, so that what else happens does not depend on it. */
  random: Random;
  isQuiet: () => boolean;
  /** Rows of a closing of an hour. */
  countRows: (hour: number, revision: number) => number;
  see: See;
  twists: Twists;
}): Exporter {
  const { scheduler, random, isQuiet, countRows, see, twists } = world;
  const objects = new Map<string, StoredObject>();
  let generations = 0;
  let halfWritten = 0;
  let uuids = 0;

  const wait = (ms: number) => new Promise<void>((resolve) => scheduler.after(ms, resolve));
  const put = (name: string, object: Omit<StoredObject, "generation">) => {
    generations += 1;
    objects.set(name, { ...object, generation: generations });
  };

  /** What one instance has of the outside; when one of its calls never ends, no other does. */
  const startInstance = (): ExportTools => {
    let isAlive = true;
    const call = async <T>(run: () => T, mostMs = 300): Promise<T> => {
      await wait(random.below(mostMs));
      const fault = !isQuiet() && random.chance(faultChance) ? random.pick(faults) : undefined;
      if (fault === "refused") {
        see("a call of an export failed before its effect");
        throw new Error("refused");
      }
      if (!isAlive) return new Promise(() => undefined);
      const result = run();
      await wait(random.below(300));
      if (fault === "lost") {
        see("a call of an export failed after its effect");
        throw new Error("the answer is lost");
      }
      if (fault === "dies") {
        if (isAlive) see("an instance died in an export");
        isAlive = false;
      }
      return isAlive ? result : new Promise(() => undefined);
    };
    return {
      lake: {
        readManifest: (name) =>
          call(() => {
            const { manifest, generation } = objects.get(name) ?? {};
            return manifest && { manifest, generation: String(generation) };
          }),
        writeManifest: (name, manifest, generation) =>
          call(() => {
            if (String(objects.get(name)?.generation) !== String(generation)) return false;
            if (!manifest.files.every((file) => objects.has(file.name))) halfWritten += 1;
            put(name, { manifest });
            return true;
          }),
        listFiles: (folder) =>
          call(() =>
            [...objects.keys()]
              .filter((name) => name.startsWith(folder))
              .map((name) => ({ name, bytes: 1, isSuperseded: false })),
          ),
        supersede: () => call(() => undefined),
      },
      exportTotals: (_, { hour, revision, files }) =>
        call(() => {
          const rows = countRows(Date.parse(hour), revision);
          put(files.replace("*", "000000000000"), { rows });
          return { rows, bytesBilled: 0 };
        }, exportMs),
      random: {
        randomUUID: () => {
          uuids += 1;
          return `attempt-${uuids}`;
        },
      },
    };
  };
  const handleOnce = (payload: Buffer): Promise<void> => {
    const outside = startInstance();
    const handle = createHandler({
      ...(twists.export?.(outside) ?? outside),
      streams: [urlMentions],
      publish: async () => undefined,
      log,
      config: { functionVersion: "simulated" },
    });
    return handle(messagePublished(payload, "hours-closed"));
  };

  /** Again when it fails, and when nothing has answered within the deadline. */
  const deliver = (payload: Buffer, attempt = 1): void => {
    scheduler.after(random.below(5_000) * attempt, () => {
      let isAnswered = false;
      const again = () => {
        if (isAnswered) return;
        isAnswered = true;
        if (attempt < mostAttempts) deliver(payload, attempt + 1);
      };
      scheduler.after(deadlineMs, again);
      handleOnce(payload).then(() => {
        isAnswered = true;
      }, again);
    });
  };

  return {
    deliver: (payload) => {
      deliver(payload);
      if (!isQuiet() && random.chance(0.3)) deliver(payload);
    },
    wrongHours: (newest) => {
      const wrong = Array.from(newest).filter(({ hour, revision, keys }) => {
        const manifest = objects.get(
          manifestName(hourFolder("url_hours", hourText(hour))),
        )?.manifest;
        const files = manifest?.files.map(({ name }) => objects.get(name)?.rows ?? 0) ?? [];
        const rows = files.reduce((sum, one) => sum + one, 0);
        return manifest?.revision !== revision || manifest.keys !== keys || rows !== keys;
      });
      return wrong.length + halfWritten;
    },
  };
}
