import type { PublishLines } from "../codec/publish-lines.ts";
import {
  parseStorageNotification,
  type StorageNotification,
} from "../envelopes/storage-notification.ts";
import { BrokenObjectError } from "./broken-object-error.ts";
import { failObject, type ObjectFailure } from "./fail-object.ts";
import { nameInFolder, type WholeFolder } from "./landing-folders.ts";
import type { ObjectReader } from "./read-object.ts";
import type { StoredObject } from "./stored-object.ts";
import { takeTurns } from "./take-turns.ts";

/** What every handler of whole objects needs. */
export type ObjectDependencies<Topic extends string> = {
  store: ObjectReader;
  publish: PublishLines<Topic | "failed-events">;
  log: {
    info: (counts: object, message: string) => void;
    warn: (counts: object, message: string) => void;
  };
  config: { functionVersion: string; topicPrefix: string; landingBucket?: string | undefined };
};

type Taking = {
  /** The stage that failed events name. */
  stage: string;
  folder: WholeFolder;
  /** Objects taken at a time; others wait for their turn. */
  atATime: number;
  /**
   * Takes one object, which is called `name` in the folder: resolves when all that it turned into is
   * safe.
   * @throws {BrokenObjectError} when it cannot be used, however often it is tried.
   */
  take: (object: StoredObject, name: string) => Promise<Taken>;
};

/** Counts for the log, and why something of the object could not be used, if anything. */
export type Taken = { told: object; failure?: ObjectFailure | undefined };

/**
 * A handler of notifications that an object of one landing folder is complete. Returns, and so
 * acknowledges, only when all that the object turned into is safe, or the object is a failed event,
 * or there is nothing to take; throws when not, and the notification is redelivered.
 */
export function createObjectHandler(
  { stage, folder, atATime, take }: Taking,
  { store, publish, log, config }: ObjectDependencies<never>,
) {
  const inTurn = takeTurns(atATime);
  const { functionVersion, topicPrefix } = config;

  const takeOne = async (object: StoredObject, name: string, messageId: string): Promise<void> => {
    // Names are a sender's text, too: a log line tells the object by its generation.
    const told = { generation: object.generation, bytes: object.size };
    const fail = async (failure: ObjectFailure) => {
      const context = { stage, functionVersion, topicPrefix };
      const failed = failObject(object, messageId, failure, context);
      const lines = failed.map((one) => JSON.stringify(one));
      await publish("failed-events", "failed-event.v1", lines);
    };
    try {
      const taken = await take(object, name);
      if (taken.failure !== undefined) await fail(taken.failure);
      log.info({ ...told, ...taken.told, reason: taken.failure?.reason }, "taken");
    } catch (error) {
      if (!(error instanceof BrokenObjectError)) throw error;
      const { reason, message } = error;
      await fail({ reason, issues: [{ path: "object", message }] });
      log.warn({ ...told, reason }, "failed");
    }
  };

  return async (event: unknown): Promise<void> => {
    const notification = parseStorageNotification(event);
    // load-object, which the topic is named for, keeps what is no notification.
    if (notification === undefined) return log.warn({ reason: "no-notification" }, "ignored");
    const name = nameInFolder(notification.object, folder);
    const reason = reasonToIgnore(notification, name, config.landingBucket);
    const { generation } = notification;
    if (name === undefined || reason !== undefined)
      return log.info({ generation, reason }, "ignored");
    await inTurn(async () => {
      const { bucket, object, messageId } = notification;
      const found = await store.find({ bucket, name: object, generation });
      if (found === undefined) return log.warn({ generation, reason: "object-gone" }, "ignored");
      await takeOne(found, name, messageId);
    });
  };
}

function reasonToIgnore(
  { eventType, bucket }: StorageNotification,
  name: string | undefined,
  landingBucket: string | undefined,
): string | undefined {
  if (eventType !== "OBJECT_FINALIZE") return "not-finalized";
  if (landingBucket !== undefined && landingBucket !== bucket) return "other-bucket";
  return name === undefined ? "other-folder" : undefined;
}
