import type { Random } from "../support/create-random.ts";
import { messagePublished } from "../support/deliveries.ts";
import { plainData } from "../support/plain-data.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Trace } from "./create-trace.ts";
import type { See } from "./sightings.ts";
import { tenant } from "./tenant.ts";
import type { Weather } from "./weather.ts";

/** A message of a topic with one subscription. */
export type Message = {
  id: string;
  /** It was accepted as the so many-th. */
  number: number;
  topic: string;
  data: Buffer;
  attributes: Readonly<Record<string, string>>;
  /** Events inside: one a line, in increments as many as they count. */
  events: number;
  /** RFC 3339 UTC. */
  publishTime: string;
  /** The CloudEvent that a function receives; the same one each time. */
  cloudEvent: object;
  deliveries: number;
  /** Deliveries that are planned or under way. */
  open: number;
  acknowledged: boolean;
  /** What became of the delivery that was settled last. */
  outcome?: Delivered;
};

/** What became of one delivery; `gone` is an instance that died. */
type Delivered = "acknowledged" | "lost" | "failed" | "gone";

/** An at-least-once queue: acknowledged or delivered again, in any order, any number of times. */
export type Queue = {
  /** Takes a message and returns its id. @throws {Error} for a topic that does not exist. */
  accept: (topic: string, data: Buffer, attributes: Readonly<Record<string, string>>) => string;
  /** Tells what became of a delivery. */
  settle: (message: Message, outcome: Delivered) => void;
  /** Dead letters that were delivered too often themselves, since this was last asked. */
  takeParked: () => Message[];
  /** Messages that are neither acknowledged, nor given up and forwarded or parked. */
  unacknowledged: () => number;
};

const comesAgain = {
  lost: "a message came again after its acknowledgement was lost",
  failed: "a message came again after a failure",
  gone: "a message came again after its instance died",
} as const;

const minuteMs = 60_000;
const minBackoffMs = 1_000;
const maxBackoffMs = 10 * minuteMs;
/** Failures in a row after which a subscription is held back, and probed now and then. */
const failuresUntilHold = 12;
/** Longer than Pub/Sub's minute, so that three days of outage are not 4,000 vain attempts. */
const maxHoldMs = 60 * minuteMs;

/** Where messages go that a function did not take at any attempt. */
const deadLetters = "dead-letters";

type Subscription = {
  topic: string;
  /** The function. */
  name: string;
  /** The latest message of those that it was handed. */
  latest: number;
  failuresInRow: number;
  holdMs: number;
  /** What waits while the subscription is held back; undefined when it is not. */
  waiting: Message[] | undefined;
  probe: Message | undefined;
  /** Nothing waited when it was time to probe: what comes next is the probe. */
  isProbeDue: boolean;
};

export function createQueue(settings: {
  subscribers: readonly { name: string; topics: readonly string[] }[];
  scheduler: Scheduler;
  random: Random;
  weather: Weather;
  trace: Trace;
  see: See;
  /** Hands a message to some instance of the subscribed function. */
  deliver: (message: Message) => void | Promise<void>;
  /** Tells that a message was published. */
  onAccepted: (message: Message) => void;
  /** Tells that a message was forwarded as a dead letter. */
  onForwarded: (id: string, as: string) => void;
}): Queue {
  const { scheduler, random, weather, trace, see, deliver } = settings;
  const subscriptions = new Map<string, Subscription>(
    settings.subscribers.flatMap(({ name, topics }) =>
      topics.map((topic) => [topic, openSubscription(topic, name)] as const),
    ),
  );
  const parked: Message[] = [];
  let accepted = 0;
  let unacknowledged = 0;

  const subscriptionTo = (topic: string): Subscription => {
    const subscription = subscriptions.get(topic);
    if (subscription === undefined) throw new Error(`no topic is called ${topic}`);
    return subscription;
  };

  const plan = (message: Message, delayMs: number) => {
    message.open += 1;
    scheduler.after(delayMs, () => attempt(message));
  };

  const attempt = (message: Message) => {
    const subscription = subscriptionTo(message.topic);
    if (subscription.waiting === undefined) return handOver(message);
    if (subscription.isProbeDue) return probe(subscription, message);
    subscription.waiting.push(message);
  };

  const handOver = (message: Message) => {
    lookAt(message);
    message.deliveries += 1;
    return deliver(message);
  };

  const lookAt = ({ topic, number, deliveries, acknowledged, outcome }: Message) => {
    const subscription = subscriptionTo(topic);
    if (deliveries === 0 && number < subscription.latest) see("a message overtook another");
    subscription.latest = Math.max(subscription.latest, number);
    if (acknowledged) see("a message came again after its acknowledgement");
    else if (outcome !== undefined && outcome !== "acknowledged") see(comesAgain[outcome]);
  };

  const probe = (subscription: Subscription, message: Message) => {
    subscription.isProbeDue = false;
    subscription.probe = message;
    return handOver(message);
  };

  const hold = (subscription: Subscription) => {
    if (subscription.waiting === undefined) see("a topic was held back");
    subscription.waiting ??= [];
    scheduler.after(subscription.holdMs, () => {
      const first = subscription.waiting?.shift();
      if (first !== undefined) return probe(subscription, first);
      subscription.isProbeDue = true;
    });
    subscription.holdMs = Math.min(2 * subscription.holdMs, maxHoldMs);
  };

  const release = (subscription: Subscription) => {
    const waiting = subscription.waiting ?? [];
    subscription.waiting = undefined;
    subscription.probe = undefined;
    subscription.isProbeDue = false;
    subscription.failuresInRow = 0;
    subscription.holdMs = minBackoffMs;
    for (const message of waiting) {
      scheduler.after(random.below(weather.storm.shuffleMs + 1), () => attempt(message));
    }
  };

  const throttle = (subscription: Subscription, message: Message, hasFailed: boolean) => {
    if (!hasFailed) {
      if (subscription.waiting !== undefined) release(subscription);
      subscription.failuresInRow = 0;
      return;
    }
    subscription.failuresInRow += 1;
    if (subscription.probe === message) {
      subscription.probe = undefined;
      hold(subscription);
    } else if (
      subscription.waiting === undefined &&
      subscription.failuresInRow >= failuresUntilHold
    ) {
      hold(subscription);
    }
  };

  const accept: Queue["accept"] = (topic, data, attributes) => {
    subscriptionTo(topic);
    accepted += 1;
    unacknowledged += 1;
    const id = `m${accepted}`;
    const publishTime = new Date(scheduler.now()).toISOString();
    const message: Message = {
      id,
      number: accepted,
      topic,
      data,
      attributes,
      events: countEvents(topic, data, attributes),
      publishTime,
      cloudEvent: writeCloudEvent(id, topic, data, attributes, publishTime),
      deliveries: 0,
      open: 0,
      acknowledged: false,
    };
    settings.onAccepted(message);
    trace.add(`${scheduler.now()} accept ${id} ${topic} ${data.length}`);
    plan(message, random.below(weather.storm.shuffleMs + 1));
    if (weather.strikes("duplicates", `${id} of ${topic}`)) {
      // At the same moment to another instance, soon after, or long after the acknowledgement.
      plan(message, random.pick([0, 2, random.below(minuteMs), random.below(300 * minuteMs)]));
    }
    return id;
  };

  const giveUp = (message: Message) => {
    message.acknowledged = true;
    unacknowledged -= 1;
    if (message.topic === deadLetters) {
      see("a dead letter was given up");
      parked.push(message);
    } else {
      see("a message became a dead letter");
      const { name } = subscriptionTo(message.topic);
      const as = accept(deadLetters, message.data, forwardedAttributes(message, name));
      settings.onForwarded(message.id, as);
    }
  };

  return {
    accept,
    settle: (message, outcome) => {
      trace.add(`${scheduler.now()} ${outcome} ${message.id}`);
      message.open -= 1;
      message.outcome = outcome;
      throttle(subscriptionTo(message.topic), message, outcome === "failed" || outcome === "gone");
      if (message.acknowledged) return;
      if (outcome === "acknowledged") {
        message.acknowledged = true;
        unacknowledged -= 1;
        return;
      }
      if (message.open > 0) return;
      if (message.deliveries >= weather.storm.maxDeliveryAttempts) {
        giveUp(message);
        return;
      }
      const backoffMs = Math.min(minBackoffMs * 2 ** (message.deliveries - 1), maxBackoffMs);
      plan(message, backoffMs * (0.5 + random.fraction()));
    },
    takeParked: () => parked.splice(0),
    unacknowledged: () => unacknowledged,
  };
}

const openSubscription = (topic: string, name: string): Subscription => ({
  topic,
  name,
  latest: 0,
  failuresInRow: 0,
  holdMs: minBackoffMs,
  waiting: undefined,
  probe: undefined,
  isProbeDue: false,
});

/** https://cloud.google.com/pubsub/docs/dead-letter-topics#how_dead_letter_topics_work */
const forwardedAttributes = (message: Message, name: string): Record<string, string> => ({
  ...message.attributes,
  CloudPubSubDeadLetterSourceSubscription: `${tenant}${message.topic}.${name}`,
  CloudPubSubDeadLetterSourceSubscriptionProject: "simulated",
  CloudPubSubDeadLetterSourceDeliveryCount: String(message.deliveries),
  CloudPubSubDeadLetterSourceTopicPublishTime: message.publishTime,
});

function countEvents(topic: string, data: Buffer, attributes: Message["attributes"]): number {
  try {
    const plain = plainData(data, attributes);
    return topic === "append-url-hours" ? count(plain, member) : count(plain, lineFeed) + 1;
  } catch {
    // Damaged data is one thing that nobody can read.
    return 1;
  }
}

const lineFeed = 0x0a;
const member = Buffer.from('{"id":');

function count(data: Buffer, what: number | Buffer): number {
  let found = 0;
  for (let at = data.indexOf(what); at !== -1; at = data.indexOf(what, at + 1)) found += 1;
  return found;
}

/** Frozen: it is handed over several times, and a handler must not change its input. */
function writeCloudEvent(
  messageId: string,
  topic: string,
  data: Buffer,
  attributes: Record<string, string>,
  publishTime: string,
): object {
  const event = messagePublished(data, tenant + topic, messageId, { publishTime, attributes });
  const { message } = event.data;
  for (const part of [message.attributes, message, event.data, event]) Object.freeze(part);
  return event;
}
