import { gunzipSync, zstdDecompressSync } from "node:zlib";

/** The data of a message without its compression. */
export function plainData(data: Buffer, attributes: Readonly<Record<string, string>>): Buffer {
  switch (attributes["content-encoding"]) {
    case "gzip":
      return gunzipSync(data);
    case "zstd":
      return zstdDecompressSync(data);
    default:
      return data;
  }
}

/** Attributes of a message whose data is no longer compressed. */
export function plainAttributes(attributes: Readonly<Record<string, string>>) {
  const { "content-encoding": _, ...others } = attributes;
  return others;
}
