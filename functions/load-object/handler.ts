import {
  parseStorageNotification,
  type StorageNotification,
} from "../../shared/envelopes/storage-notification.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import { failObject } from "../../shared/objects/fail-object.ts";
import { takeTurns } from "../../shared/objects/take-turns.ts";
import { failNotification } from "./fail-notification.ts";
import { stage } from "./fail-record-of.ts";
import { type LoadDependencies, loadObject } from "./load-object.ts";
import { loadReport } from "./load-report.v1.ts";
import { reportNameOf } from "./name-object.ts";
import type { ObjectStore } from "./object-store.ts";
import { readLandingPath } from "./read-landing-path.ts";

type Dependencies = LoadDependencies & {
  store: ObjectStore;
  log: {
    info: (counts: object, message: string) => void;
    warn: (counts: object, message: string) => void;
  };
  config: { landingTopics: readonly string[]; landingBucket?: string | undefined };
};

/** Objects loaded at a time; others wait for their turn. Also the concurrency in function.json. */
const loadsAtATime = 2;
/** Why objects are ignored of which someone surely expects that they are counted. */
const unexpected = ["topic-not-allowed", "object-gone"];

/**
 * Handles one notification that an object is complete. Returns, and so acknowledges, only when all
 * rows of the object and all failed events are safe and its report is written, or when there is
 * nothing to load; throws when not, and the load starts again from the beginning.
 */
export function createHandler(dependencies: Dependencies) {
  const { store, log, config } = dependencies;
  const context = { stage, ...config };
  const inTurn = takeTurns(loadsAtATime);

  const load = async (notification: StorageNotification): Promise<void> => {
    const { messageId, bucket, object: name, generation } = notification;
    const ignore = (reason: string) => {
      const level = unexpected.includes(reason) ? "warn" : "info";
      log[level]({ generation, reason }, "ignored");
    };

    if (notification.eventType !== "OBJECT_FINALIZE") return ignore("not-finalized");
    if (config.landingBucket !== undefined && config.landingBucket !== bucket) {
      return ignore("other-bucket");
    }
    const path = readLandingPath(name, config.landingTopics);
    if ("ignored" in path) return ignore(path.ignored);
    const object = { bucket, name, generation };
    if (await store.exists(bucket, reportNameOf(object, "loaded"))) return ignore("already-loaded");
    const found = await store.find(object);
    if (found === undefined) return ignore("object-gone");
    const report = loadReport.parse(await loadObject(found, path.topic, dependencies));
    const { outcome, reason, issues = [] } = report;
    if (reason !== undefined) {
      const failure = { reason, issues };
      await publishFailed(failObject(found, messageId, failure, context), dependencies);
    }
    const json = `${JSON.stringify(report, null, 2)}\n`;
    await store.writeOnce(bucket, reportNameOf(object, outcome), json);
    // Names are a sender's text, too: a log line tells the object by its generation.
    const { bucket: _bucket, object: _object, ...told } = report;
    if (outcome === "loaded") log.info(told, "loaded");
    else log.warn(told, "failed");
  };

  return async (event: unknown): Promise<void> => {
    const notification = parseStorageNotification(event);
    if (notification === undefined) {
      await publishFailed(failNotification(event, context), dependencies);
      log.warn({ reason: "unknown-shape" }, "failed");
      return;
    }
    await inTurn(() => load(notification));
  };
}

async function publishFailed(failed: readonly FailedEvent[], { publish }: Dependencies) {
  for (const one of failed) {
    await publish("failed-events", Buffer.from(JSON.stringify(one)), {
      schema: "failed-event.v1",
    });
  }
}
