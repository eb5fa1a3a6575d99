import { allowDownloads, type Intercepted } from "../../shared/objects/allow-downloads.ts";
import { createObject } from "./create-object.ts";
import { type CursorBucket, type CursorStore, createCursorStore } from "./cursor-store.ts";

/** What a poller does with a bucket. */
export type Lake = {
  cursors: CursorStore;
  /** Puts a compressed file into the lake unless one of its name is there. Resolves when it is safe. */
  store: (name: string, bytes: Buffer) => Promise<unknown>;
};

/** The lake on a bucket of Google's client. */
export function openLake(bucket: CursorBucket & Intercepted): Lake {
  allowDownloads(bucket);
  return {
    cursors: createCursorStore(bucket),
    store: (name, bytes) => createObject(bucket, name, bytes, "application/gzip"),
  };
}
