import { EventEmitter } from "node:events";
import type { Storage } from "@google-cloud/storage";
import * as z from "zod";
import type { ObjectGeneration } from "./name-object.ts";

/** One generation of an object that exists. */
export type StoredObject = ObjectGeneration & {
  /** In bytes, as stored. */
  size: number;
  /** When the generation was finalized, RFC 3339 UTC. */
  createdAt: string;
};

/** What a load needs of Cloud Storage. */
export type ObjectStore = {
  /** Undefined when this generation is gone: deleted, or overwritten by another. */
  find: (object: ObjectGeneration) => Promise<StoredObject | undefined>;
  /**
   * The bytes as they are stored, all of them or the first `most`.
   * @throws {Error} when the connection breaks off, says nothing for 30 s, or brings too little.
   */
  read: (object: StoredObject, most?: number) => AsyncIterable<Buffer>;
  exists: (bucket: string, name: string) => Promise<boolean>;
  /** Writes an object of JSON that does not exist yet; one that does is left as it is. */
  writeOnce: (bucket: string, name: string, json: string) => Promise<void>;
};

const silenceMs = 30_000;
/** Google's client listens eleven times to each download; Node would report a leak on stderr. */
const listenersOfDownload = 20;
const notFound = 404;
const preconditionFailed = 412;
const httpError = z.object({ code: z.number() });
const objectMetadata = z.object({ size: z.coerce.number(), timeCreated: z.string() });

/** An object store on Google's client. */
export function createObjectStore(storage: Storage): ObjectStore {
  EventEmitter.defaultMaxListeners = listenersOfDownload;
  const fileOf = ({ bucket, name, generation }: ObjectGeneration) =>
    storage.bucket(bucket).file(name, { generation });

  return {
    find: async (object) => {
      try {
        const [metadata] = await fileOf(object).getMetadata();
        const { size, timeCreated } = objectMetadata.parse(metadata);
        return { ...object, size, createdAt: new Date(timeCreated).toISOString() };
      } catch (error) {
        if (codeOf(error) === notFound) return undefined;
        throw error;
      }
    },

    read: (object, most = object.size) => {
      const bytes = Math.min(most, object.size);
      if (bytes === 0) return nothing();
      // Compressed objects stay compressed, and gzip has a CRC of its own.
      const options = { decompress: false, validation: false };
      const range = bytes < object.size ? { start: 0, end: bytes - 1 } : {};
      return readAll(fileOf(object).createReadStream({ ...options, ...range }), bytes);
    },

    exists: async (bucket, name) => {
      const [exists] = await storage.bucket(bucket).file(name).exists();
      return exists;
    },

    writeOnce: async (bucket, name, json) => {
      try {
        await storage
          .bucket(bucket)
          .file(name)
          .save(json, {
            contentType: "application/json",
            resumable: false,
            // After a mismatch the client would delete what it wrote, which it may not.
            validation: false,
            preconditionOpts: { ifGenerationMatch: 0 },
          });
      } catch (error) {
        if (codeOf(error) !== preconditionFailed) throw error;
      }
    },
  };
}

const codeOf = (error: unknown): number | undefined => httpError.safeParse(error).data?.code;

async function* nothing(): AsyncGenerator<Buffer> {}

type Bytes = AsyncIterable<unknown> & { destroy: (error?: Error) => unknown };

async function* readAll(stream: Bytes, expected: number): AsyncGenerator<Buffer> {
  const listen = () =>
    setTimeout(() => stream.destroy(new Error("Storage says nothing")), silenceMs);
  let silence = listen();
  let received = 0;
  try {
    for await (const chunk of stream) {
      // Only Storage is timed, not those who work on the chunk.
      clearTimeout(silence);
      if (!Buffer.isBuffer(chunk)) throw new Error("Storage sends something else than bytes");
      received += chunk.length;
      yield chunk;
      silence = listen();
    }
  } finally {
    clearTimeout(silence);
    stream.destroy();
  }
  if (received !== expected) throw new Error(`Storage sent ${received} of ${expected} bytes`);
}
