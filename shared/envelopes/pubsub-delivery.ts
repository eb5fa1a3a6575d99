import * as z from "zod";

/** One Pub/Sub message as a function receives it, whatever envelope it came in. */
export type PubsubDelivery = {
  /** Last part of the topic's (or, where only that is known, the subscription's) resource name. */
  topic: string;
  messageId: string;
  /** RFC 3339 UTC. */
  publishTime: string;
  attributes: Record<string, string>;
  /** Base64; empty for a message that has only attributes. */
  payload: string;
};

const message = z.object({
  data: z.string().nullish(),
  attributes: z.record(z.string(), z.string()).nullish(),
  messageId: z.string().optional(),
  publishTime: z.string().optional(),
});

/** CloudEvent `google.cloud.pubsub.topic.v1.messagePublished`. */
const messagePublished = z.compile(
  z.object({
    id: z.string(),
    time: z.string().optional(),
    source: z.string(),
    data: z.object({ message }),
  }),
);

/** The push request as Pub/Sub sends it; the functions framework leaves data-less ones as they are. */
const pushRequest = z.compile(
  z.object({
    message: message.extend({ messageId: z.string() }),
    subscription: z.string(),
  }),
);

const lastPart = (resourceName: string): string =>
  resourceName.slice(resourceName.lastIndexOf("/") + 1);

/** Subscriptions are named `<topic>.<function>`, so the topic can be told from them. */
const topicOfSubscription = (subscription: string): string =>
  lastPart(subscription).split(".")[0] ?? "";

const utc = (time: string | undefined): string => {
  const ms = Date.parse(time ?? "");
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
};

/** The gate before a handler and the handler read the same event: it is parsed once. */
const known = new WeakMap<object, PubsubDelivery>();

/**
 * The delivery inside a CloudEvent or a raw push request; the same for the same object.
 * @throws {z.ZodError} when the input is neither, which no Pub/Sub sends.
 */
export function parsePubsubDelivery(input: unknown): PubsubDelivery {
  if (typeof input !== "object" || input === null) return parse(input);
  const before = known.get(input);
  if (before !== undefined) return before;
  const delivery = parse(input);
  known.set(input, delivery);
  return delivery;
}

function parse(input: unknown): PubsubDelivery {
  const event = messagePublished.safeParse(input);
  if (event.success) {
    const { id, time, source, data } = event.data;
    return {
      topic: lastPart(source),
      messageId: data.message.messageId ?? id,
      publishTime: utc(data.message.publishTime ?? time),
      attributes: data.message.attributes ?? {},
      payload: data.message.data ?? "",
    };
  }
  const push = pushRequest.parse(input);
  return {
    topic: topicOfSubscription(push.subscription),
    messageId: push.message.messageId,
    publishTime: utc(push.message.publishTime),
    attributes: push.message.attributes ?? {},
    payload: push.message.data ?? "",
  };
}
