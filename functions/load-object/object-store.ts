import type { Storage } from "@google-cloud/storage";
import {
  createObjectReader,
  type ObjectReader,
  statusOf,
} from "../../shared/objects/read-object.ts";

/** What a load needs of Cloud Storage. */
export type ObjectStore = ObjectReader & {
  exists: (bucket: string, name: string) => Promise<boolean>;
  /** Writes an object of JSON that does not exist yet; one that does is left as it is. */
  writeOnce: (bucket: string, name: string, json: string) => Promise<void>;
};

const preconditionFailed = 412;

/** An object store on Google's client. */
export function createObjectStore(storage: Storage): ObjectStore {
  return {
    ...createObjectReader(storage),

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
        if (statusOf(error) !== preconditionFailed) throw error;
      }
    },
  };
}
