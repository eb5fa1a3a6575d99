import { createPushDeliverer, type PushDeliverer } from "./create-push-deliverer.ts";
import type { PushLimits } from "./create-push-window.ts";
import {
  createSubscriptionQueue,
  type SubscriptionQueue,
  type SubscriptionStats,
} from "./create-subscription-queue.ts";
import type { FaultSource } from "./draw-faults.ts";
import { deletedTopic, parseSubscriptionName, parseTopicName } from "./parse-resource-name.ts";
import { alreadyExists, failedPrecondition, notFound } from "./rpc-error.ts";
import { contentBytes, type PublishedContent, type StoredMessage } from "./stored-message.ts";
import type { SubscriptionSettings } from "./subscription-settings.ts";

export type Topic = {
  name: string;
  labels: Readonly<Record<string, string>>;
};

/** Every topic and subscription of the server; all names are full resource names, all errors RpcErrors. */
export type TopicStore = {
  /** @throws ALREADY_EXISTS */
  createTopic(topic: Topic): Topic;
  /** @throws NOT_FOUND */
  topic(name: string): Topic;
  updateTopic(topic: Topic): Topic;
  /** Sorted by name. */
  topics(project: string): Topic[];
  /** Its subscriptions stay, on `_deleted-topic_`. */
  deleteTopic(name: string): void;
  /**
   * Gives every message an id and the time, and hands it to the topic's subscriptions.
   * @returns the message ids, in order.
   */
  publish(topic: string, contents: readonly PublishedContent[]): string[];

  /** @throws ALREADY_EXISTS, NOT_FOUND (its topic or its dead-letter topic). */
  createSubscription(settings: SubscriptionSettings): SubscriptionSettings;
  /** @throws NOT_FOUND */
  subscription(name: string): SubscriptionQueue;
  configureSubscription(settings: SubscriptionSettings): SubscriptionSettings;
  /** Sorted by name. */
  subscriptions(project: string): SubscriptionSettings[];
  /** Names, sorted. */
  subscriptionsOf(topic: string): string[];
  deleteSubscription(name: string): void;

  /** Messages not acknowledged, over all subscriptions. */
  backlog(): number;
  /** By full subscription name. */
  stats(): Record<string, SubscriptionStats>;
  close(): void;
};

export type TopicStoreOptions = {
  now: () => number;
  /** Uniform in [0, 1), for jitter. */
  random: () => number;
  faults: FaultSource;
  pushLimits: PushLimits;
  resolveEndpoint?: ((endpoint: URL) => Promise<URL>) | undefined;
};

type Subscription = {
  queue: SubscriptionQueue;
  deliverer: PushDeliverer | undefined;
};

type TopicEntry = {
  topic: Topic;
  queues: Set<SubscriptionQueue>;
};

// Sixteen digits, so that ids sort as numbers and as strings, and a restart does not repeat them.
const leastMessageId = 10 ** 15;

export function createTopicStore(options: TopicStoreOptions): TopicStore {
  const { now, random, faults, pushLimits, resolveEndpoint: resolve } = options;
  const topics = new Map<string, TopicEntry>();
  const subscriptions = new Map<string, Subscription>();
  let lastMessageId = Math.max(Math.floor(now()) * 1000, leastMessageId);

  function findTopic(name: string): TopicEntry {
    const { shortName } = parseTopicName(name);
    const entry = topics.get(name);
    if (entry === undefined) throw notFound(shortName);
    return entry;
  }

  function findSubscription(name: string): Subscription {
    const { shortName } = parseSubscriptionName(name);
    const subscription = subscriptions.get(name);
    if (subscription === undefined) throw notFound(shortName);
    return subscription;
  }

  function publish(name: string, contents: readonly PublishedContent[]): string[] {
    const { queues } = findTopic(name);
    const publishTimeMs = Math.floor(now());
    return contents.map((content) => {
      lastMessageId += 1;
      const message: StoredMessage = {
        ...content,
        messageId: String(lastMessageId),
        publishTimeMs,
        sizeBytes: contentBytes(content),
      };
      for (const queue of queues) queue.enqueue(message);
      return message.messageId;
    });
  }

  function forwardDeadLetter(
    settings: SubscriptionSettings,
    message: StoredMessage,
    attempts: number,
  ): boolean {
    const topic = settings.deadLetterPolicy?.topic ?? "";
    if (!topics.has(topic)) return false;
    const { project, shortName } = parseSubscriptionName(settings.name);
    const attributes = {
      ...message.attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
      CloudPubSubDeadLetterSourceSubscription: shortName,
      CloudPubSubDeadLetterSourceSubscriptionProject: project,
      CloudPubSubDeadLetterSourceTopicPublishTime: offsetTime(message.publishTimeMs),
    };
    publish(topic, [{ data: message.data, attributes, orderingKey: message.orderingKey }]);
    return true;
  }

  function requireDeadLetterTopic(settings: SubscriptionSettings): void {
    if (settings.deadLetterPolicy !== undefined) findTopic(settings.deadLetterPolicy.topic);
  }

  function startPush({ queue }: Subscription): PushDeliverer | undefined {
    const { push } = queue.settings();
    return push && createPushDeliverer({ queue, push, resolve, limits: pushLimits, now, random });
  }

  return {
    createTopic(topic) {
      const { shortName } = parseTopicName(topic.name);
      if (topics.has(topic.name)) throw alreadyExists(shortName);
      topics.set(topic.name, { topic, queues: new Set() });
      return topic;
    },
    topic: (name) => findTopic(name).topic,
    updateTopic(topic) {
      findTopic(topic.name).topic = topic;
      return topic;
    },
    topics: (project) =>
      [...topics.values()]
        .map(({ topic }) => topic)
        .filter(({ name }) => name.startsWith(`${project}/`))
        .sort(byName),
    deleteTopic(name) {
      for (const queue of findTopic(name).queues) {
        queue.configure({ ...queue.settings(), topic: deletedTopic });
      }
      topics.delete(name);
    },
    publish,

    createSubscription(settings) {
      const { shortName } = parseSubscriptionName(settings.name);
      if (subscriptions.has(settings.name)) throw alreadyExists(shortName);
      const { queues } = findTopic(settings.topic);
      requireDeadLetterTopic(settings);
      const queue: SubscriptionQueue = createSubscriptionQueue({
        settings,
        now,
        faults,
        forwardDeadLetter: (message, attempts) =>
          forwardDeadLetter(queue.settings(), message, attempts),
      });
      const subscription: Subscription = { queue, deliverer: undefined };
      subscription.deliverer = startPush(subscription);
      subscriptions.set(settings.name, subscription);
      queues.add(queue);
      return settings;
    },
    subscription: (name) => findSubscription(name).queue,
    configureSubscription(settings) {
      const subscription = findSubscription(settings.name);
      const { queue } = subscription;
      requireDeadLetterTopic(settings);
      const pushChanged = settings.push !== queue.settings().push;
      queue.configure(settings);
      if (pushChanged) {
        subscription.deliverer?.close();
        queue.endConsumers(failedPrecondition("The subscription's push configuration changed."));
        subscription.deliverer = startPush(subscription);
      }
      return settings;
    },
    subscriptions: (project) =>
      [...subscriptions.values()]
        .map(({ queue }) => queue.settings())
        .filter(({ name }) => name.startsWith(`${project}/`))
        .sort(byName),
    subscriptionsOf: (topic) =>
      [...findTopic(topic).queues].map((queue) => queue.settings().name).sort(),
    deleteSubscription(name) {
      const { queue } = findSubscription(name);
      const { shortName } = parseSubscriptionName(name);
      topics.get(queue.settings().topic)?.queues.delete(queue);
      subscriptions.delete(name);
      queue.close(notFound(shortName));
    },

    backlog: () => subscriptions.values().reduce((total, { queue }) => total + queue.backlog(), 0),
    stats: () =>
      Object.fromEntries(subscriptions.entries().map(([name, { queue }]) => [name, queue.stats()])),
    close() {
      for (const { queue } of subscriptions.values()) {
        queue.close(failedPrecondition("The server is stopping."));
      }
      subscriptions.clear();
      topics.clear();
    },
  };
}

/** RFC 3339 with a numeric offset, as the dead-letter attribute has it (and nothing else). */
function offsetTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "+00:00");
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : 1;
}
