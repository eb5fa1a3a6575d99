import { parseConfig } from "../../functions/load-object/config.ts";
import { createHandler } from "../../functions/load-object/handler.ts";
import { type LoadReport, loadReport } from "../../functions/load-object/load-report.v1.ts";
import type { ObjectStore } from "../../functions/load-object/object-store.ts";
import { type FailedEvent, failedEvent } from "../../shared/events/failed-event.v1.ts";
import { messagePublished, objectFinalized } from "./deliveries.ts";
import { plainAttributes, plainData } from "./plain-data.ts";

/** A message as its reader sees it, decompressed. */
export type RecordedMessage = { topic: string; data: Buffer; attributes: Record<string, string> };

/** When the objects of a memory landing were made. */
export const createdAt = "2026-01-02T03:04:05.678Z";

/**
 * The handler of `load-object` on a store and topics in memory. `actions` is the order of its
 * effects; `chunkBytes` is how the store cuts what it sends.
 */
export function createMemoryLanding(
  options: {
    variables?: Record<string, string>;
    chunkBytes?: number;
    lineBytes?: number;
    /** Stands between the handler and the topic; rejects to let a publish fail. */
    onPublish?: (message: RecordedMessage) => Promise<void>;
    /** Replaces what the store sends for an object. */
    onRead?: (name: string, bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
  } = {},
) {
  const { chunkBytes = 65_536 } = options;
  const objects = new Map<string, { generation: string; bytes: Buffer }>();
  const published: RecordedMessage[] = [];
  const actions: string[] = [];
  const logged: { severity: string; counts: object; message: string }[] = [];
  const write = (severity: string) => (counts: object, message: string) => {
    logged.push({ severity, counts, message });
  };

  const store: ObjectStore = {
    find: async (object) => {
      const found = objects.get(object.name);
      if (found?.generation !== object.generation) return undefined;
      return { ...object, size: found.bytes.length, createdAt };
    },
    read: ({ name }, most) => {
      const bytes = cut(objects.get(name)?.bytes.subarray(0, most) ?? Buffer.alloc(0), chunkBytes);
      if (most === undefined) actions.push(`read ${name}`);
      return most === undefined ? (options.onRead?.(name, bytes) ?? bytes) : bytes;
    },
    exists: async (_bucket, name) => objects.has(name),
    writeOnce: async (_bucket, name, json) => {
      actions.push(`write ${name}`);
      if (!objects.has(name)) objects.set(name, { generation: "1", bytes: Buffer.from(json) });
    },
  };
  const config = parseConfig({ GOOGLE_CLOUD_PROJECT: "demo", ...options.variables });
  const lineBytes = options.lineBytes ?? config.limits.lineBytes;

  const handle = createHandler({
    store,
    publish: async (topic, data, attributes) => {
      const message = {
        topic,
        data: plainData(data, attributes),
        attributes: plainAttributes(attributes),
      };
      await options.onPublish?.(message);
      actions.push(`publish ${topic}`);
      published.push(message);
    },
    now: () => 0,
    log: { info: write("INFO"), warn: write("WARNING") },
    config: { ...config, limits: { ...config.limits, lineBytes } },
  });

  const put = (name: string, bytes: string | Uint8Array, generation = "1700000000000001") => {
    objects.set(name, { generation, bytes: Buffer.from(bytes) });
    return finalized(name, generation);
  };
  const reportOf = (name: string, generation = "1700000000000001"): LoadReport | undefined => {
    const report =
      objects.get(`reports/${name}.${generation}.report.json`) ??
      objects.get(`reports/${name}.${generation}.failed.json`);
    return report && loadReport.parse(JSON.parse(report.bytes.toString()));
  };
  const messagesOn = (topic: string) => published.filter((message) => message.topic === topic);

  return {
    actions,
    logged,
    objects,
    handle,
    put,
    reportOf,
    messagesOn,
    /** Puts the object and handles its notification. */
    load: async (name: string, bytes: string | Uint8Array): Promise<LoadReport | undefined> => {
      await handle(put(name, bytes));
      return reportOf(name);
    },
    rows: (topic: string): string[] =>
      messagesOn(topic).flatMap(({ data }) => data.toString().split("\n")),
    failed: (): FailedEvent[] =>
      messagesOn("failed-events")
        .flatMap(({ data }) => data.toString().split("\n"))
        .map((line) => failedEvent.parse(JSON.parse(line))),
  };
}

/** The CloudEvent that the functions framework makes of the push of a storage notification. */
export function finalized(name: string, generation = "1700000000000001", bucket = "lake") {
  const { data, attributes } = objectFinalized({ bucket, name, generation });
  const message = { publishTime: createdAt, attributes };
  return messagePublished(data, "object-finalized", "n1", message);
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}
