import type { Bucket } from "@google-cloud/storage";
import { allowDownloads } from "../../../shared/objects/allow-downloads.ts";
import {
  type HourManifest,
  hourFolder,
  hourManifest,
  indicesFolder,
  manifestName,
} from "../../../shared/objects/hour-index.ts";
import { takeTurns } from "../../../shared/objects/take-turns.ts";

/** Of requests to Cloud Storage. */
const atOnce = 32;

/** The manifests of the hours of `[from, to)` that an index has, in their order; times in ms since 1970. */
export async function findHours(
  bucket: Bucket,
  index: string,
  { from, to }: { from: number; to: number },
): Promise<HourManifest[]> {
  allowDownloads(bucket);
  const folderOf = (at: number) => hourFolder(index, new Date(at).toISOString());
  const [listed] = await bucket.getFiles({
    prefix: `${indicesFolder}${index}/`,
    startOffset: folderOf(from),
    endOffset: folderOf(to),
  });
  const inTurn = takeTurns(atOnce);
  const manifests = listed.filter(({ name }) => name === manifestName(folderOfFile(name)));
  return Promise.all(
    manifests.map((file) =>
      inTurn(async () => {
        const [bytes] = await file.download();
        return hourManifest.parse(JSON.parse(bytes.toString("utf8")));
      }),
    ),
  );
}

const folderOfFile = (name: string): string => name.slice(0, name.lastIndexOf("/") + 1);
