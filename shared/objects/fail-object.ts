import { failRecord } from "../codec/fail-record.ts";
import type { FailedEvent, FailureIssue, FailureReason } from "../events/failed-event.v1.ts";
import { attributesOf, deliveryOf } from "./name-object.ts";
import type { StoredObject } from "./stored-object.ts";

/** Who fails something: the stage that failed events name, and in which version. */
type Context = { stage: string; functionVersion: string; topicPrefix: string };

/** Why an object, or something of it, cannot be used. */
export type ObjectFailure = { reason: FailureReason; issues: readonly FailureIssue[] };

/**
 * The failed event of an object that cannot be used. Its original is the notification: sent again,
 * it makes the object be taken again. It is named by the message that announced the object: an
 * object that fails again after a redrive is a new failed event.
 */
export function failObject(
  object: StoredObject,
  messageId: string,
  failure: ObjectFailure,
  { stage, functionVersion, topicPrefix }: Context,
): FailedEvent[] {
  const { bucket, name, generation } = object;
  const source = {
    ...deliveryOf(object, `${topicPrefix}object-finalized`),
    messageId,
    attributes: {
      eventType: "OBJECT_FINALIZE",
      payloadFormat: "JSON_API_V1",
      ...attributesOf(object),
    },
  };
  return failRecord(source, {
    stage,
    functionVersion,
    ...failure,
    items: 1,
    position: "object",
    original: Buffer.from(JSON.stringify({ kind: "storage#object", bucket, name, generation })),
    isEncoded: false,
  });
}
