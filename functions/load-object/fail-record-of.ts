import { failRecord } from "../../shared/codec/fail-record.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import { attributesOf, deliveryOf } from "../../shared/objects/name-object.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";
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
    ...deliveryOf(object, context.topicPrefix + topic),
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
