import type { CloudFile } from "../../../test/local-cloud/cloud-file.ts";
import { UserError } from "../cli/user-error.ts";

/** A bucket to upload into. */
export type BucketTarget = {
  bucketName: string;
  /** A local server's url; undefined: Google's. */
  endpoint: string | undefined;
  /** For people, after "in". */
  place: string;
};

/**
 * Where files go: the bucket that is named, at STORAGE_EMULATOR_HOST if that is set; else the running
 * local cloud's; else HOURTALLY_LAKE_BUCKET. The local cloud goes first, so that a variable left in a
 * shell does not send made-up tweets to a real lake.
 * @throws {UserError} when no bucket is known.
 */
export function findBucket({
  named,
  environment,
  local,
}: {
  named: string | undefined;
  environment: Record<string, string | undefined>;
  local: Pick<CloudFile, "bucket" | "storage"> | undefined;
}): BucketTarget {
  const bucketName = named ?? (environment.HOURTALLY_LAKE_BUCKET || undefined);
  const emulator = environment.STORAGE_EMULATOR_HOST;
  if (emulator) {
    if (bucketName !== undefined)
      return { bucketName, endpoint: emulator, place: `the emulator at ${emulator}` };
    throw new UserError("STORAGE_EMULATOR_HOST is set: name its bucket with --bucket NAME.");
  }
  if (local !== undefined && (named === undefined || named === local.bucket)) {
    const { bucket, storage } = local;
    const place = `the local cloud (${storage.replace("http://", "")})`;
    return { bucketName: bucket, endpoint: storage, place };
  }
  if (bucketName !== undefined) return { bucketName, endpoint: undefined, place: "Cloud Storage" };
  throw new UserError(
    "which bucket? Start the local cloud with `npm start`, or name one with --bucket NAME or HOURTALLY_LAKE_BUCKET.",
  );
}
