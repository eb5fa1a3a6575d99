import * as z from "zod";

/** Who gave a message up, and when it was published first. */
export type DeadLetter = {
  /** The function that did not take it. */
  stage: string;
  /** Full name of the topic it was published to. */
  topic: string;
  attempts: number;
  /** RFC 3339 UTC; undefined where Pub/Sub does not say. */
  publishedAt: string | undefined;
};

/** https://cloud.google.com/pubsub/docs/dead-letter-topics#how_dead_letter_topics_work */
const deadLetterAttributes = z.object({
  CloudPubSubDeadLetterSourceSubscription: z.string(),
  CloudPubSubDeadLetterSourceDeliveryCount: z.coerce.number().int().min(0).catch(0),
  CloudPubSubDeadLetterSourceTopicPublishTime: z.string().optional(),
});

/**
 * Reads what Pub/Sub adds to a message that it forwards. Our subscriptions are named
 * `<topic>.<function>`. Undefined for a message that Pub/Sub has not forwarded from one of them.
 */
export function readDeadLetter(attributes: Record<string, string>): DeadLetter | undefined {
  const told = deadLetterAttributes.safeParse(attributes);
  if (!told.success) return undefined;
  const {
    CloudPubSubDeadLetterSourceSubscription: subscription,
    CloudPubSubDeadLetterSourceDeliveryCount: attempts,
    CloudPubSubDeadLetterSourceTopicPublishTime: publishTime = "",
  } = told.data;
  const dot = subscription.lastIndexOf(".");
  const topic = subscription.slice(subscription.lastIndexOf("/") + 1, dot);
  const stage = subscription.slice(dot + 1);
  if (dot < 1 || topic === "" || stage === "") return undefined;
  const published = Date.parse(publishTime);
  const publishedAt = Number.isNaN(published) ? undefined : new Date(published).toISOString();
  return { stage, topic, attempts, publishedAt };
}
