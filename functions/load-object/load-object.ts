import { encodePayload } from "../../shared/codec/encode-payload.ts";
import type { PublishMessage } from "../../shared/codec/publish-message.ts";
import type { FailedEvent, FailureReason } from "../../shared/events/failed-event.v1.ts";
import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { inflateGzip } from "../../shared/objects/inflate-gzip.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";
import { failRecordOf } from "./fail-record-of.ts";
import type { LandingTopic, Topic } from "./landing-topic.ts";
import { limitInFlight } from "./limit-in-flight.ts";
import type { LoadReport } from "./load-report.v1.ts";
import type { ObjectStore } from "./object-store.ts";
import { type PackedRows, packRows } from "./pack-rows.ts";
import { readRecords } from "./read-records.ts";
import type { FailedRecord } from "./record.ts";
import { type GzipLimits, verifyGzip } from "./verify-gzip.ts";

export type LoadDependencies = {
  store: Pick<ObjectStore, "read">;
  publish: PublishMessage<Topic>;
  /** ms since 1970, UTC. */
  now: () => number;
  config: { functionVersion: string; topicPrefix: string; limits: GzipLimits };
};

/** Published and not yet acknowledged, of one object. */
const inFlightBytes = 4_000_000;
/** Of one object that are kept one by one: all of its bytes are in the bucket. */
const mostFailures = 10_000;
/** Of records that fail and wait for the first row, without which the object is nothing but failures. */
const heldBytes = 4_000_000;
/** Of the value of an attribute. */
const maxAttributeBytes = 1_024;
const gzipSignature = Buffer.of(0x1f, 0x8b);

/**
 * Publishes all records of an object. Resolves with its report when every row and every failed
 * event of a record is acknowledged; that of an object that failed as a whole is left to do. A gzip
 * object is read twice, and published only when the first reading has shown that all of it is whole.
 * @throws {Error} when anything is not safe; then the load starts again from the beginning.
 */
export async function loadObject(
  object: StoredObject,
  topic: LandingTopic,
  dependencies: LoadDependencies,
): Promise<LoadReport> {
  const { now, config } = dependencies;
  const startedAt = now();
  const progress = createProgress();
  const outbox = createOutbox(object, topic, dependencies, progress);
  try {
    try {
      await publishRecords(object, topic, dependencies, { outbox, progress });
    } catch (error) {
      // Whatever breaks an object is found before any of its rows is published.
      if (!(error instanceof BrokenObjectError) || progress.rows > 0) throw error;
      progress.broken = { reason: error.reason, message: error.message };
      outbox.forgetHeld();
      progress.failedByReason[error.reason] = (progress.failedByReason[error.reason] ?? 0) + 1;
    }
    await outbox.drain();
    const failed = countFailed(progress);
    if (failed > mostFailures && progress.broken === undefined) {
      const message = `${failed} of its records fail; the first ${mostFailures} are kept one by one`;
      progress.broken = { reason: "too-many-failures", message };
    }
  } finally {
    await outbox.settle();
  }
  return reportOf(object, topic, progress, {
    functionVersion: config.functionVersion,
    seconds: Math.max(0, now() - startedAt) / 1_000,
  });
}

async function publishRecords(
  object: StoredObject,
  topic: LandingTopic,
  dependencies: LoadDependencies,
  { outbox, progress }: { outbox: Outbox; progress: Progress },
): Promise<void> {
  const { config } = dependencies;
  const content = countBytes(await openContent(object, dependencies, progress), progress);
  const source = { topic, lineBytes: config.limits.lineBytes };
  const records = readRecords(content, source, (format) => {
    progress.format = format;
  });
  for await (const batch of records) {
    for (const record of batch) {
      const sent =
        "row" in record
          ? outbox.addRow(record.row, record.raw.index)
          : outbox.addFailed(record, () => failRecordOf(object, topic.name, record, config));
      // Waiting for each row would cost more than the row.
      if (sent !== undefined) await sent;
    }
  }
}

type Progress = {
  compression: LoadReport["compression"];
  format?: LoadReport["format"];
  contentBytes: number;
  rows: number;
  messages: number;
  failedByReason: Partial<Record<FailureReason, number>>;
  broken?: { reason: FailureReason; message: string };
};

const createProgress = (): Progress => ({
  compression: "none",
  contentBytes: 0,
  rows: 0,
  messages: 0,
  failedByReason: {},
});

const countFailed = ({ failedByReason }: Progress): number =>
  Object.values(failedByReason).reduce((sum, count) => sum + count, 0);

/** The content of an object without its compression; verified first where there is one. */
async function openContent(
  object: StoredObject,
  { store, config }: LoadDependencies,
  progress: Progress,
): Promise<AsyncIterable<Buffer>> {
  const { limits } = config;
  const head: Buffer[] = [];
  for await (const chunk of store.read(object, gzipSignature.length)) head.push(chunk);
  if (!isGzip(Buffer.concat(head), object.name)) {
    if (object.size > limits.contentBytes) {
      throw new BrokenObjectError("object-too-large", `more than ${limits.contentBytes} bytes`);
    }
    return store.read(object);
  }
  progress.compression = "gzip";
  await verifyGzip(store.read(object), object.size, limits);
  return inflateGzip(store.read(object));
}

/** The content decides; the name only tells what an empty or one-byte object should have been. */
function isGzip(head: Buffer, name: string): boolean {
  const isShort = head.length < gzipSignature.length && /\.gz$/i.test(name);
  return gzipSignature.subarray(0, isShort ? head.length : undefined).equals(head);
}

async function* countBytes(content: AsyncIterable<Buffer>, progress: Progress) {
  for await (const chunk of content) {
    progress.contentBytes += chunk.length;
    yield chunk;
  }
}

type Outbox = ReturnType<typeof createOutbox>;

/** Packs what is added and publishes full messages; the promise, if there is one, waits for room. */
function createOutbox(
  { bucket, name, generation }: StoredObject,
  topic: LandingTopic,
  { publish }: LoadDependencies,
  progress: Progress,
) {
  const inFlight = limitInFlight(inFlightBytes);
  const rows = packRows();
  const failures = packRows();
  let failureLines = 0;
  let heading: string | undefined;
  /** Failures of an object of which no row has been seen. */
  let held: (() => readonly FailedEvent[])[] | undefined = [];
  let heldSize = 0;

  const send = (to: Topic, packed: Buffer, attributes: Record<string, string>) => {
    const encoded = encodePayload(packed);
    const work = () => publish(to, encoded.data, { ...attributes, ...encoded.attributes });
    return inFlight.send(encoded.data.length, work);
  };
  const sendRows = ({ data, events, records }: PackedRows) => {
    progress.messages += 1;
    progress.rows += events;
    const schema = progress.format === "csv" ? (topic.csv?.schema ?? "raw") : "raw";
    const attributes = { schema, bucket, object: name, generation, records };
    return send(topic.name, data, { ...attributes, ...(heading !== undefined && { heading }) });
  };
  const sendFailures = ({ data }: PackedRows) =>
    send("failed-events", data, { schema: "failed-event.v1" });

  const isHeading = (row: Buffer): boolean =>
    progress.format === "text" &&
    row.length <= maxAttributeBytes &&
    topic.heading?.test(row.toString()) === true;
  /** What it tells begins with the next message. */
  const takeHeading = (row: Buffer): Promise<void> | undefined => {
    const before = rows.flush();
    const sent = before && sendRows(before);
    heading = row.toString();
    return sent;
  };

  const sendFailed = async (events: readonly FailedEvent[]): Promise<void> => {
    for (const event of events) {
      const full = failures.add(Buffer.from(JSON.stringify(event)), failureLines);
      failureLines += 1;
      if (full) await sendFailures(full);
    }
  };
  const sendHeld = async (): Promise<void> => {
    const waiting = held ?? [];
    held = undefined;
    for (const fail of waiting) await sendFailed(fail());
  };
  const addRow = (row: Buffer, index: number): Promise<void> | undefined => {
    if (isHeading(row)) return takeHeading(row);
    const full = rows.add(row, index);
    return full && sendRows(full);
  };

  return {
    addRow: (row: Buffer, index: number): Promise<void> | undefined => {
      if (held === undefined) return addRow(row, index);
      return sendHeld().then(() => addRow(row, index));
    },
    /** @throws {BrokenObjectError} when there is nothing but failures. */
    addFailed: async (
      { reason, raw }: FailedRecord,
      fail: () => readonly FailedEvent[],
    ): Promise<void> => {
      progress.failedByReason[reason] = (progress.failedByReason[reason] ?? 0) + 1;
      const failed = countFailed(progress);
      if (failed > mostFailures) return;
      if (held === undefined) return sendFailed(fail());
      held.push(fail);
      heldSize += raw.bytes.length;
      if (failed === mostFailures) {
        const message = `each of its first ${mostFailures} records fails, such as ${reason}`;
        progress.failedByReason = {};
        throw new BrokenObjectError("too-many-failures", message);
      }
      if (heldSize > heldBytes) await sendHeld();
    },
    forgetHeld: (): void => {
      held = undefined;
    },
    drain: async (): Promise<void> => {
      await sendHeld();
      const lastRows = rows.flush();
      if (lastRows && progress.broken === undefined) await sendRows(lastRows);
      const lastFailures = failures.flush();
      if (lastFailures) await sendFailures(lastFailures);
      await inFlight.drain();
    },
    settle: inFlight.settle,
  };
}

function reportOf(
  { bucket, name, generation, size }: StoredObject,
  topic: LandingTopic,
  progress: Progress,
  run: { functionVersion: string; seconds: number },
): LoadReport {
  const { compression, format, broken, rows, messages, contentBytes, failedByReason } = progress;
  return {
    bucket,
    object: name,
    generation,
    topic: topic.name,
    outcome: broken === undefined ? "loaded" : "failed",
    compression,
    ...(format !== undefined && { format }),
    ...(broken !== undefined && {
      reason: broken.reason,
      issues: [{ path: "", message: broken.message }],
    }),
    rows,
    failed: countFailed(progress),
    failed_by_reason: failedByReason,
    messages,
    bytes: size,
    content_bytes: contentBytes,
    seconds: run.seconds,
    function_version: run.functionVersion,
  };
}
