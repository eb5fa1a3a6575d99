import { randomUUID } from "node:crypto";
import { type Message, PubSub, type Subscription } from "@google-cloud/pubsub";
import { type Bucket, Storage } from "@google-cloud/storage";
import { encodeArchive } from "./encode-archive.ts";
import { unlessPresent } from "./unless-present.ts";
import { writeArchiveName } from "./write-archive-name.ts";

export type Archiver = {
  /** Writes what is held and stops; what is not written then is not acknowledged. */
  stop: () => Promise<void>;
};

type ArchiveOptions = {
  projectId: string;
  bucket: string;
  /** Before the name of each topic, but not in that of its folder. */
  prefix?: string | undefined;
  /** Topics whose messages are kept as they came. */
  topics: readonly string[];
};

/** How long messages wait for others before their object is written. */
const maxWaitMs = 1_000;
/** An object is written when it holds so much. */
const objectBytes = 4_000_000;
const ackDeadlineSeconds = 600;
const flowControl = { maxMessages: 10_000, maxBytes: 32_000_000 };

/**
 * Does on this machine what a Cloud Storage subscription does: the messages of each topic go into
 * Avro files `archive/<topic>/<day>/<time>_<uuid>.avro`, as they came and with their metadata, and are
 * acknowledged when their file is written.
 * https://cloud.google.com/pubsub/docs/cloudstorage
 */
export async function startArchiver(options: ArchiveOptions): Promise<Archiver> {
  const pubsub = new PubSub({ projectId: options.projectId });
  const bucket = new Storage({ projectId: options.projectId }).bucket(options.bucket);
  const archives = await Promise.all(
    options.topics.map(async (topic) => {
      const fullName = `${options.prefix ?? ""}${topic}`;
      const name = `${fullName}.archive`;
      await unlessPresent(pubsub.topic(fullName).createSubscription(name, { ackDeadlineSeconds }));
      const subscription = pubsub.subscription(name, { flowControl });
      return archiveSubscription(subscription, topic, bucket);
    }),
  );
  return {
    stop: async () => {
      for (const archive of archives) await archive.stop();
      await pubsub.close();
    },
  };
}

function archiveSubscription(subscription: Subscription, topic: string, bucket: Bucket): Archiver {
  let held: Message[] = [];
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held.length === 0) return;
    const messages = held;
    held = [];
    heldBytes = 0;
    writing = writing.then(() => writeObject(bucket, topic, subscription.name, messages));
  };
  subscription.on("message", (message: Message) => {
    held.push(message);
    heldBytes += message.length;
    if (heldBytes >= objectBytes) flush();
    else timer ??= setTimeout(flush, maxWaitMs);
  });
  // Messages come again; there is nothing to end the process for.
  subscription.on("error", () => {});
  return {
    stop: async () => {
      flush();
      await writing;
      await subscription.close();
    },
  };
}

async function writeObject(
  bucket: Bucket,
  topic: string,
  subscription: string,
  messages: readonly Message[],
): Promise<void> {
  const content = encodeArchive(subscription, messages.map(receivedMessage));
  const name = writeArchiveName(topic, new Date(), randomUUID());
  try {
    // The client would compute a CRC32C in JavaScript, at half of what all else here costs.
    await bucket.file(name).save(content, { resumable: false, validation: false });
    for (const message of messages) message.ack();
  } catch {
    for (const message of messages) message.nack();
  }
}

const receivedMessage = ({ id, publishTime, attributes, orderingKey = "", data }: Message) => ({
  id,
  publishTimeMicros: publishTime.getTime() * 1_000 + publishTime.getMicroseconds(),
  attributes,
  orderingKey,
  data,
});
