import { createObject } from "./create-object.ts";
import { type CursorBucket, type CursorStore, createCursorStore } from "./cursor-store.ts";

/** What a poller does with a bucket. */
export type Lake = {
  cursors: CursorStore;
  /** Puts a compressed file into the lake unless one of its name is there. Resolves when it is safe. */
  store: (name: string, bytes: Buffer) => Promise<unknown>;
};

export const openLake = (bucket: CursorBucket): Lake => ({
  cursors: createCursorStore(bucket),
  store: (name, bytes) => createObject(bucket, name, bytes, "application/gzip"),
});
