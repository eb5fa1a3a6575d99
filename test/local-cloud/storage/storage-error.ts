/** A refusal in the words of the Cloud Storage JSON API; the server turns it into an error answer. */
export class StorageError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = "StorageError";
    this.status = status;
    this.reason = reason;
  }
}

/** 400: the request contradicts the API's rules. */
export function invalidRequest(message: string): StorageError {
  return new StorageError(400, "invalid", message);
}

/** 404 for a bucket. */
export function noSuchBucket(): StorageError {
  return new StorageError(404, "notFound", "The specified bucket does not exist.");
}

/** 404 for an object, in the sentence the real service uses. */
export function noSuchObject(bucket: string, name: string): StorageError {
  return new StorageError(404, "notFound", `No such object: ${bucket}/${name}`);
}

/** 501: a feature of Cloud Storage that the local one does not have; never ignored in silence. */
export function notImplemented(feature: string): StorageError {
  return new StorageError(
    501,
    "notImplemented",
    `Not implemented by the local Cloud Storage: ${feature}.`,
  );
}
