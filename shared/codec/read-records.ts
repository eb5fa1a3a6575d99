import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import type { FailedEvent, FailureIssue, FailureReason } from "../events/failed-event.v1.ts";
import { rebaseIssues } from "../events/issues-of.ts";
import { collectFailures } from "./collect-failures.ts";
import { type UnpackOptions, unpackRecords } from "./unpack-records.ts";

/** What was read of a record, or why it cannot be; `path` of an issue is within the record. */
export type ReadRecord<T> = { read: T } | { reason: FailureReason; issues: FailureIssue[] };

type Reader<T> = {
  stage: string;
  functionVersion: string;
  /** `record` is what the value was parsed of, and its line in the message, from 0. */
  read: (value: unknown, record: { bytes: Uint8Array; line: number }) => ReadRecord<T>;
} & UnpackOptions;

/**
 * What `read` makes of the records of a message, how many bytes they have, and a failed event for
 * each record that cannot be parsed or read, or one for all of them when they are very many: their
 * neighbours are not touched.
 */
export function readRecords<T>(
  delivery: PubsubDelivery,
  reader: Reader<T>,
): { read: T[]; bytes: number; failed: FailedEvent[] } {
  const read: T[] = [];
  const failures = collectFailures(delivery, reader);
  let bytes = 0;
  for (const record of unpackRecords(delivery, reader)) {
    const one: ReadRecord<T> =
      "reason" in record
        ? { reason: record.reason, issues: [{ path: "", message: record.message }] }
        : reader.read(record.value, record);
    if ("read" in one) {
      read.push(one.read);
      bytes += record.bytes.byteLength;
      continue;
    }
    const position = `records[${record.line}]`;
    failures.add({
      reason: one.reason,
      issues: rebaseIssues(one.issues, position),
      items: 1,
      position,
      original: record.bytes,
      isEncoded: record.isEncoded,
    });
  }
  return { read, bytes, failed: failures.toEvents() };
}
