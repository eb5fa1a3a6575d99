import type { StoredObject } from "./catalog-schema.ts";

/**
 * An object as the JSON API shows it; numbers of 64 bits are strings there.
 * https://cloud.google.com/storage/docs/json_api/v1/objects#resource
 *
 * @param url where the server is reached, `http://127.0.0.1:PORT`
 */
export function describeObject(object: StoredObject, url: string) {
  const path = `/storage/v1/b/${object.bucket}/o/${encodeURIComponent(object.name)}`;
  return {
    kind: "storage#object",
    id: `${object.bucket}/${object.name}/${object.generation}`,
    selfLink: `${url}${path}`,
    mediaLink: `${url}/download${path}?generation=${object.generation}&alt=media`,
    name: object.name,
    bucket: object.bucket,
    generation: String(object.generation),
    metageneration: String(object.metageneration),
    storageClass: "STANDARD",
    size: String(object.size),
    ...(object.md5Hash !== undefined && { md5Hash: object.md5Hash }),
    ...(object.componentCount !== undefined && { componentCount: object.componentCount }),
    crc32c: object.crc32c,
    etag: etagOf(object),
    timeCreated: object.timeCreated,
    updated: object.updated,
    timeStorageClassUpdated: object.timeCreated,
    timeFinalized: object.timeCreated,
    ...object.settings,
  };
}

/** Changes with the bytes and with the metadata. */
export function etagOf(versions: { generation?: number; metageneration: number }): string {
  return Buffer.from(`${versions.generation ?? ""}/${versions.metageneration}`).toString("base64");
}
