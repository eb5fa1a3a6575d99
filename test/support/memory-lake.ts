import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { type FailedEvent, failedEvent } from "../../shared/events/failed-event.v1.ts";
import type { ObjectReader } from "../../shared/objects/read-object.ts";
import { messagePublished, objectFinalized } from "./deliveries.ts";

/** When the objects of a memory lake were made. */
const createdAt = "2026-01-02T03:04:05.678Z";
const generation = "1700000000000001";

/** A bucket and topics in memory, for handlers of whole objects; `chunkBytes` is how it cuts what it sends. */
export function createMemoryLake(options: { chunkBytes?: number; fails?: () => boolean } = {}) {
  const { chunkBytes = 65_536, fails = () => false } = options;
  const objects = new Map<string, Uint8Array>();
  const published: { topic: string; schema: string; lines: readonly string[] }[] = [];
  const logged: { severity: string; counts: object; message: string }[] = [];
  const write = (severity: string) => (counts: object, message: string) => {
    logged.push({ severity, counts, message });
  };
  const store: ObjectReader = {
    find: async (object) => {
      const bytes = objects.get(object.name);
      return bytes && { ...object, size: bytes.length, createdAt };
    },
    read: async function* ({ name }, most = Number.POSITIVE_INFINITY) {
      const bytes = Buffer.from(objects.get(name) ?? []);
      const end = Math.min(most, bytes.length);
      for (let start = 0; start < end; start += chunkBytes) {
        yield bytes.subarray(start, Math.min(start + chunkBytes, end));
      }
    },
  };
  const publish: PublishLines<string> = async (topic, schema, lines) => {
    if (fails()) throw new Error("unavailable");
    published.push({ topic, schema, lines });
  };
  const linesOn = (topic: string): unknown[] =>
    published
      .filter((one) => one.topic === topic)
      .flatMap(({ lines }) => lines.map((line): unknown => JSON.parse(line)));

  return {
    dependencies: { store, publish, log: { info: write("INFO"), warn: write("WARNING") } },
    logged,
    /** Puts the object; returns the event that tells of it. */
    put: (name: string, bytes: string | Uint8Array, bucket = "lake") => {
      objects.set(name, Buffer.from(bytes));
      const { data, attributes } = objectFinalized({ bucket, name, generation });
      return messagePublished(data, "object-finalized", "n1", {
        publishTime: createdAt,
        attributes,
      });
    },
    remove: (name: string) => objects.delete(name),
    linesOn,
    schemas: () => published.map(({ schema }) => schema),
    failed: (): FailedEvent[] => linesOn("failed-events").map((one) => failedEvent.parse(one)),
  };
}
