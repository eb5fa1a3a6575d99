import { Storage } from "@google-cloud/storage";
import * as z from "zod";
import { allowDownloads } from "../../shared/objects/allow-downloads.ts";
import { hourManifest } from "../../shared/objects/hour-index.ts";
import { statusOf } from "../../shared/objects/read-object.ts";
import type { Lake } from "./export-hour.ts";

const notFound = 404;
const preconditionFailed = 412;
const objectMetadata = z.object({
  generation: z.coerce.string(),
  size: z.coerce.number(),
  customTime: z.string().optional(),
});

/**
 * The lake on Google's client. What is superseded gets a custom time: the bucket's lifecycle deletes it
 * days after that, when nobody reads it any more.
 */
export function openLake(
  projectId: string,
  bucketName: string,
  storage = new Storage({ projectId }),
): Lake {
  const bucket = storage.bucket(bucketName);
  allowDownloads(bucket);
  return {
    readManifest: async (name) => {
      try {
        const [metadata] = await bucket.file(name).getMetadata();
        const { generation } = objectMetadata.parse(metadata);
        const [bytes] = await bucket.file(name, { generation }).download();
        return { manifest: hourManifest.parse(JSON.parse(bytes.toString("utf8"))), generation };
      } catch (error) {
        if (statusOf(error) === notFound) return undefined;
        throw error;
      }
    },

    writeManifest: async (name, manifest, generation) => {
      try {
        await bucket.file(name).save(JSON.stringify(manifest), {
          contentType: "application/json",
          resumable: false,
          // The client asks for the newest by itself; a cache in between must not answer with another.
          metadata: { cacheControl: "no-cache" },
          preconditionOpts: { ifGenerationMatch: generation ?? 0 },
        });
        return true;
      } catch (error) {
        if (statusOf(error) === preconditionFailed) return false;
        throw error;
      }
    },

    listFiles: async (folder) => {
      const [files] = await bucket.getFiles({ prefix: folder });
      return files.map(({ name, metadata }) => {
        const { size, customTime } = objectMetadata.parse(metadata);
        return { name, bytes: size, isSuperseded: customTime !== undefined };
      });
    },

    supersede: async (file) => {
      try {
        await bucket.file(file).setMetadata({ customTime: new Date().toISOString() });
      } catch (error) {
        // Two at once mark the same file; or it is deleted already.
        if (statusOf(error) !== notFound) throw error;
      }
    },
  };
}
