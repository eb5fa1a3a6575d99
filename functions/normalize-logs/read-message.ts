import { type ReadRecord, readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import type { LogEntry } from "../../shared/streams/log-entries.ts";
import { composeEntry } from "./compose-entry.ts";
import type { TreatAddress } from "./hash-address.ts";
import type { ReadLine } from "./log-line.ts";
import { readAccessLine } from "./read-access-line.ts";
import { readStructuredLine } from "./read-structured-line.ts";
import { readW3cFields, readW3cLine } from "./read-w3c-line.ts";
import { recordIndexes } from "./record-indexes.ts";

type Context = {
  functionVersion: string;
  treatAddress: TreatAddress;
  /** ms since 1970, UTC. */
  now: number;
};

/** The entries of a message's lines; `directives` counts lines that only tell how others are read. */
export function readMessage(
  delivery: PubsubDelivery,
  context: Context,
): { entries: LogEntry[]; directives: number; failed: FailedEvent[] } {
  const { attributes } = delivery;
  const about = {
    ...context,
    service: attributes.service ?? serviceOf(attributes.object),
    host: attributes.host,
  };
  const indexOf = recordIndexes(attributes.records);
  let fields = readW3cFields(attributes.heading);

  const readLine = (value: unknown): ReadLine | undefined => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return readStructuredLine(value);
    }
    if (typeof value !== "string") return notALine;
    // Else the lines behind the first would be lost in what follows its agent.
    if (value.includes("\r")) return manyLines;
    if (value.startsWith("#")) {
      fields = readW3cFields(value) ?? fields;
      return undefined;
    }
    const access = readAccessLine(value);
    if (access !== undefined) return access;
    const object = fields === undefined ? undefined : readW3cLine(value, fields);
    return object === undefined ? notALine : readStructuredLine(object);
  };

  const { read, failed } = readRecords<LogEntry | undefined>(delivery, {
    stage: "normalize-logs",
    functionVersion: context.functionVersion,
    takesText: true,
    read: (value, { bytes, line }): ReadRecord<LogEntry | undefined> => {
      const found = readLine(value);
      if (found === undefined) return { read: undefined };
      if ("reason" in found) {
        const { reason, path, message } = found;
        return { reason, issues: [{ path, message }] };
      }
      const identity = { bytes, index: indexOf(line) ?? line };
      return composeEntry(found.line, identity, about);
    },
  });
  const entries = read.filter((entry) => entry !== undefined);
  return { entries, directives: read.length - entries.length, failed };
}

const notALine: ReadLine = {
  reason: "unknown-shape",
  path: "",
  message: "neither a line of an access log, nor JSON, nor below #Fields: with as many of them",
};

const manyLines: ReadLine = {
  reason: "unknown-shape",
  path: "",
  message: "a carriage return within the line: end lines with line feeds",
};

/** `shop` of `landing/log-lines/shop/2026-01-02.log.gz`. */
const serviceOf = (object: string | undefined): string | undefined =>
  object?.match(/^landing\/log-lines\/([^/]+)\//)?.[1];
