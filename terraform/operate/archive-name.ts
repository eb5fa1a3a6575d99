/** An object of the raw archive; `openedAt` in ms since 1970, `size` in bytes. */
export type ArchivedObject = { name: string; openedAt: number; size: number };

const pattern = /^archive\/[^/]+\/(\d{4}-\d{2}-\d{2})\/(\d{2})_(\d{2})_(\d{2})Z_[^/]+$/;

/** The name that an archived object gets, as Cloud Storage subscriptions give it. */
export function writeArchiveName(topic: string, openedAt: Date, uuid: string): string {
  const [day = "", time = ""] = openedAt.toISOString().slice(0, -".000Z".length).split("T");
  return `archive/${topic}/${day}/${time.replaceAll(":", "_")}Z_${uuid}.ndjson`;
}

/**
 * When the first message of an archived object came, ms since 1970: from a name as Cloud Storage
 * subscriptions give it, `archive/<topic>/<day>/<time>_<uuid>.ndjson`. Undefined for other objects.
 */
export function readArchiveName(name: string): number | undefined {
  const [, day, hour, minute, second] = pattern.exec(name) ?? [];
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
