import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type CatalogChange,
  catalogChange,
  type PendingNotification,
  type StoredBucket,
  type StoredObject,
  type UploadSession,
} from "./catalog-schema.ts";
import { openJournal } from "./open-journal.ts";

/** The real service forgets a resumable upload after a week. */
const uploadLifetimeMs = 7 * 24 * 3_600_000;

type BucketContents = { bucket: StoredBucket; objects: Map<string, StoredObject> };

/** What exists, in memory; every change is in the journal before it is visible. */
export type Catalog = {
  buckets: () => Iterable<StoredBucket>;
  bucket: (name: string) => StoredBucket | undefined;
  objects: (bucket: string) => ReadonlyMap<string, StoredObject>;
  object: (bucket: string, name: string) => StoredObject | undefined;
  upload: (id: string) => UploadSession | undefined;
  pendingNotifications: () => Iterable<PendingNotification>;
  /** Microseconds since 1970, always more than any before, as generations are. */
  nextGeneration: () => number;
  /** Makes a change durable and visible in one synchronous step: no lock is needed around it. */
  commit: (change: CatalogChange) => void;
  /** Where the bytes of a content identifier are. */
  contentPath: (content: string) => string;
  close: () => void;
};

/**
 * Opens the catalog of a directory, as the last process left it: replays the journal, rewrites it
 * without history, and removes bytes that no object and no open upload refers to.
 *
 * A process killed at any point leaves whole changes only. The journal is not flushed to the disk
 * at every change: it survives the process, not a loss of power.
 */
export function openCatalog(directory: string, now: () => number): Catalog {
  const contentDirectory = join(directory, "content");
  mkdirSync(contentDirectory, { recursive: true });
  const buckets = new Map<string, BucketContents>();
  const uploads = new Map<string, UploadSession>();
  const pending = new Map<string, PendingNotification>();
  let lastGeneration = 0;

  const path = join(directory, "journal.ndjson");
  openJournal(path, (change) => apply(catalogChange.parse(change))).close();
  forgetOldUploads();
  rewriteJournal();
  removeUnreferencedContent();
  const journal = openJournal(path, () => {});

  return {
    buckets: () => buckets.values().map((contents) => contents.bucket),
    bucket: (name) => buckets.get(name)?.bucket,
    objects: (bucket) => buckets.get(bucket)?.objects ?? new Map(),
    object: (bucket, name) => buckets.get(bucket)?.objects.get(name),
    upload: (id) => uploads.get(id),
    pendingNotifications: () => pending.values(),
    nextGeneration: () => {
      lastGeneration = Math.max(Math.floor(now() * 1000), lastGeneration + 1);
      return lastGeneration;
    },
    commit: (change) => {
      journal.append(change);
      apply(change);
    },
    contentPath: (content) => join(contentDirectory, content),
    close: () => journal.close(),
  };

  function apply(change: CatalogChange): void {
    switch (change.change) {
      case "bucket":
        buckets.set(change.bucket.name, {
          bucket: change.bucket,
          objects: buckets.get(change.bucket.name)?.objects ?? new Map(),
        });
        break;
      case "bucket-removed":
        buckets.delete(change.name);
        break;
      case "object":
        buckets.get(change.object.bucket)?.objects.set(change.object.name, change.object);
        lastGeneration = Math.max(lastGeneration, change.object.generation);
        owe(change.notifications);
        if (change.uploadId !== undefined) {
          finishUpload(change.uploadId, change.object);
        }
        break;
      case "object-removed":
        buckets.get(change.bucket)?.objects.delete(change.name);
        owe(change.notifications);
        break;
      case "upload":
        uploads.set(change.upload.id, change.upload);
        break;
      case "notification-owed":
        owe([change.notification]);
        break;
      case "notification-published":
        pending.delete(change.id);
        break;
      case "generation":
        lastGeneration = Math.max(lastGeneration, change.last);
        break;
    }
  }

  function owe(notifications: readonly PendingNotification[]): void {
    for (const notification of notifications) {
      pending.set(notification.id, notification);
    }
  }

  function finishUpload(id: string, result: StoredObject): void {
    const upload = uploads.get(id);
    if (upload !== undefined) {
      uploads.set(id, { ...upload, state: "finished", result });
    }
  }

  function forgetOldUploads(): void {
    for (const upload of uploads.values()) {
      if (Date.parse(upload.startedAt) + uploadLifetimeMs < now()) {
        uploads.delete(upload.id);
      }
    }
  }

  function rewriteJournal(): void {
    const fresh = `${path}.new`;
    rmSync(fresh, { force: true });
    const rewritten = openJournal(fresh, () => {});
    for (const change of currentChanges()) {
      rewritten.append(change);
    }
    rewritten.close();
    renameSync(fresh, path);
  }

  function* currentChanges(): Generator<CatalogChange> {
    yield { change: "generation", last: lastGeneration };
    for (const { bucket, objects } of buckets.values()) {
      yield { change: "bucket", bucket };
      for (const object of objects.values()) {
        yield { change: "object", object, notifications: [] };
      }
    }
    for (const upload of uploads.values()) {
      yield { change: "upload", upload };
    }
    for (const notification of pending.values()) {
      yield { change: "notification-owed", notification };
    }
  }

  function removeUnreferencedContent(): void {
    const referenced = new Set<string>();
    for (const { objects } of buckets.values()) {
      for (const object of objects.values()) {
        referenced.add(object.content);
      }
    }
    for (const upload of uploads.values()) {
      if (upload.state === "open") {
        referenced.add(upload.content);
      }
    }
    for (const content of readdirSync(contentDirectory)) {
      if (!referenced.has(content)) {
        rmSync(join(contentDirectory, content), { force: true });
      }
    }
  }
}
