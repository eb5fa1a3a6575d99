import { type ArrivalRange, findObjects } from "../../terraform/operate/archive/find-objects.ts";
import { replayObject } from "../../terraform/operate/archive/replay-object.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { encodeArchive, type ReceivedMessage } from "../local-cloud/encode-archive.ts";
import { writeArchiveName } from "../local-cloud/write-archive-name.ts";
import type { Random } from "../support/create-random.ts";
import type { Message } from "./create-queue.ts";

/** How the archive is written and found: all but a planted fault has what is deployed. */
export type ArchiveRules = {
  encode: (subscription: string, messages: readonly ReceivedMessage[]) => Buffer;
  name: typeof writeArchiveName;
  find: typeof findObjects;
};

export const archiveRules: ArchiveRules = {
  encode: encodeArchive,
  name: writeArchiveName,
  find: findObjects,
};

/** What a message of an archive is sent again as; `id` is the one that it had. */
type Archived = {
  topic: string;
  id: string;
  data: Buffer;
  attributes: Record<string, string>;
};

/** The raw archive of the topics that have one. */
export type Archive = {
  /** Keeps a message, if its topic is archived. */
  keep: (message: Pick<Message, "id" | "topic" | "data" | "attributes" | "publishTime">) => void;
  /** All messages that came in a time, as the command finds and reads them. */
  replay: (range: ArrivalRange) => Promise<Archived[]>;
};

type OpenObject = { openedAt: number; messages: ReceivedMessage[] };

const minuteMs = 60_000;
/** An object is closed after this time, or earlier. */
const objectSpanMs = 10 * minuteMs;
/** Messages may be in an archive twice. */
const twice = 0.05;

const topics = new Set((await readManifests()).flatMap(({ archived }) => archived));

export function createArchive(random: Random, rules: ArchiveRules): Archive {
  const open = new Map<string, OpenObject>();
  const objects = new Map<string, Buffer>();

  const close = (topic: string, { openedAt, messages }: OpenObject): void => {
    const name = rules.name(topic, new Date(openedAt), `object-${objects.size}`);
    objects.set(name, rules.encode(`${topic}.archive`, messages));
    open.delete(topic);
  };

  const bucket = {
    getFiles: async ({ prefix }: { prefix: string }) => {
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix));
      const files = names.map((name) => ({
        name,
        metadata: { size: objects.get(name)?.length ?? 0 },
      }));
      return [files] as const;
    },
  };

  return {
    keep: ({ id, topic, data, attributes, publishTime }) => {
      if (!topics.has(topic)) return;
      const at = Date.parse(publishTime);
      const known = open.get(topic);
      if (known !== undefined && at - known.openedAt >= objectSpanMs) close(topic, known);
      const object = open.get(topic) ?? { openedAt: at, messages: [] };
      open.set(topic, object);
      const publishTimeMicros = at * 1_000;
      const message = { id, publishTimeMicros, attributes, orderingKey: "", data };
      object.messages.push(message, ...(random.chance(twice) ? [message] : []));
    },
    replay: async (range) => {
      for (const [topic, object] of open) close(topic, object);
      const found: Archived[] = [];
      for (const topic of topics) {
        for (const { name } of await rules.find(bucket, topic, range)) {
          await replayObject(
            async function* download() {
              const content = objects.get(name);
              if (content !== undefined) yield content;
            },
            ({ publish_time }) =>
              publish_time >= range.from * 1_000 && publish_time < range.to * 1_000,
            async ({ message_id: id, data, attributes }) => {
              found.push({ topic, id, data, attributes });
            },
            new AbortController().signal,
          );
        }
      }
      return found;
    },
  };
}
