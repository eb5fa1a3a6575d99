import { failRecord } from "../../shared/codec/fail-record.ts";
import type {
  FailedEvent,
  FailureIssue,
  FailureReason,
} from "../../shared/events/failed-event.v1.ts";
import { identityOf } from "./name-object.ts";
import type { StoredObject } from "./object-store.ts";
import type { FailedRecord } from "./record.ts";

/** The stage that failed events name. */
export const stage = "load-object";

type Context = { functionVersion: string; topicPrefix: string };

/**
 * The failed event of one record. Its source is the topic that the record was meant for, so that
 * it can be sent there again. `line` counts from 1, as an editor does; `records[n]` from 0.
 */
export function failRecordOf(
  object: StoredObject,
  topic: string,
  failed: FailedRecord,
  context: Context,
): FailedEvent[] {
  const { raw, reason, message, field } = failed;
  const position = `records[${raw.index}]`;
  const path = field === undefined ? position : `${position}.${field}`;
  const isShortened = raw.length > raw.bytes.length;
  const kept = `: the first ${raw.bytes.length} of them are here, all are in the object`;
  const source = {
    ...sourceOf(object, context.topicPrefix + topic),
    attributes: { ...attributesOf(object), line: String(raw.line) },
  };
  return failRecord(source, {
    stage,
    functionVersion: context.functionVersion,
    reason,
    issues: [{ path, message: isShortened ? message + kept : message }],
    items: 1,
    position,
    original: raw.bytes,
    isEncoded: false,
  });
}

/**
 * The failed event of an object that cannot be loaded. Its original is the notification: sent
 * again, it makes the object load again. It is named by the message that announced the object: an
 * object that fails again after a redrive is a new failed event.
 */
export function failWholeObject(
  object: StoredObject,
  messageId: string,
  failure: { reason: FailureReason; issues: readonly FailureIssue[] },
  context: Context,
): FailedEvent[] {
  const { bucket, name, generation } = object;
  const source = {
    ...sourceOf(object, `${context.topicPrefix}object-finalized`),
    messageId,
    attributes: {
      eventType: "OBJECT_FINALIZE",
      payloadFormat: "JSON_API_V1",
      ...attributesOf(object),
    },
  };
  return failRecord(source, {
    stage,
    functionVersion: context.functionVersion,
    ...failure,
    items: 1,
    position: "object",
    original: Buffer.from(JSON.stringify({ kind: "storage#object", bucket, name, generation })),
    isEncoded: false,
  });
}

const sourceOf = (object: StoredObject, topic: string) => ({
  topic,
  messageId: identityOf(object),
  publishTime: object.createdAt,
  payload: "",
});

const attributesOf = ({ bucket, name, generation }: StoredObject) => ({
  bucketId: bucket,
  objectId: name,
  objectGeneration: generation,
});
