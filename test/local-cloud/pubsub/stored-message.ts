/** A published message: held once in memory however many subscriptions still wait for it. */
export type StoredMessage = {
  /** A decimal string; a message published later has a greater one. */
  messageId: string;
  data: Buffer;
  attributes: Readonly<Record<string, string>>;
  /** Empty when the publisher gave none. */
  orderingKey: string;
  publishTimeMs: number;
  /** Bytes of data and attributes: what flow control counts. */
  sizeBytes: number;
};

/** What a publisher sends, before the server gives it an id and a time. */
export type PublishedContent = Pick<StoredMessage, "data" | "attributes" | "orderingKey">;

/** Bytes of data, attribute keys and attribute values. */
export function contentBytes(content: PublishedContent): number {
  let bytes = content.data.length;
  for (const key in content.attributes) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(content.attributes[key] ?? "");
  }
  return bytes;
}

/**
 * Bytes that are safe to keep: a small view would keep its whole request alive,
 * so it is copied; a view of most of its request is kept as it is.
 */
export function keepableBytes(view: Buffer): Buffer {
  return view.length * 2 < view.buffer.byteLength ? Buffer.from(view) : view;
}
