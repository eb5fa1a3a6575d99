/** An object of the raw archive; `openedAt` in ms since 1970, `size` in bytes. */
export type ArchivedObject = { name: string; openedAt: number; size: number };

const pattern = /^archive\/[^/]+\/(\d{4}-\d{2}-\d{2})\/(\d{2})_(\d{2})_(\d{2})Z_[^/]+\.avro$/;

/**
 * When an archived object was begun, ms since 1970: from a name as Cloud Storage subscriptions give
 * it, `archive/<topic>/<day>/<time>_<uuid>.avro`. Undefined for other objects.
 */
export function readArchiveName(name: string): number | undefined {
  const [, day, hour, minute, second] = pattern.exec(name) ?? [];
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
