import * as z from "zod";
import { allowDownloads, type Intercepted } from "./allow-downloads.ts";
import type { ObjectGeneration, StoredObject } from "./stored-object.ts";

/** What reading objects needs of Cloud Storage. */
export type ObjectReader = {
  /** Undefined when this generation is gone: deleted, or overwritten by another. */
  find: (object: ObjectGeneration) => Promise<StoredObject | undefined>;
  /**
   * The bytes as they are stored, all of them or the first `most`.
   * @throws {Error} when the connection breaks off, says nothing for 30 s, or brings too little.
   */
  read: (object: StoredObject, most?: number) => AsyncIterable<Buffer>;
};

type Bytes = AsyncIterable<unknown> & { destroy: (error?: Error) => unknown };
type DownloadOptions = { decompress: boolean; validation: false; start?: number; end?: number };
/** What is needed of Google's client. */
type Client = Intercepted & {
  bucket: (name: string) => {
    file: (
      name: string,
      options: { generation: string },
    ) => {
      getMetadata: () => Promise<readonly [unknown, ...unknown[]]>;
      createReadStream: (options: DownloadOptions) => Bytes;
    };
  };
};

const silenceMs = 30_000;
const notFound = 404;
const httpError = z.object({ code: z.number() });
const objectMetadata = z.object({ size: z.coerce.number(), timeCreated: z.string() });

/** The HTTP status with which Google's client failed, if that is why. */
export const statusOf = (error: unknown): number | undefined =>
  httpError.safeParse(error).data?.code;

/** A reader of objects on Google's client. */
export function createObjectReader(storage: Client): ObjectReader {
  allowDownloads(storage);
  const fileOf = ({ bucket, name, generation }: ObjectGeneration) =>
    storage.bucket(bucket).file(name, { generation });

  return {
    find: async (object) => {
      try {
        const [metadata] = await fileOf(object).getMetadata();
        const { size, timeCreated } = objectMetadata.parse(metadata);
        return { ...object, size, createdAt: new Date(timeCreated).toISOString() };
      } catch (error) {
        if (statusOf(error) === notFound) return undefined;
        throw error;
      }
    },

    read: (object, most = object.size) => {
      const bytes = Math.min(most, object.size);
      if (bytes === 0) return nothing();
      // Compressed objects stay compressed, and gzip has a CRC of its own.
      const options: DownloadOptions = { decompress: false, validation: false };
      const range = bytes < object.size ? { start: 0, end: bytes - 1 } : {};
      return readAll(fileOf(object).createReadStream({ ...options, ...range }), bytes);
    },
  };
}

async function* nothing(): AsyncGenerator<Buffer> {}

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
