import type protos from "@google-cloud/pubsub/build/protos/protos.js";
import { durationToMs, wireTime } from "./convert-duration.ts";
import { parseSubscriptionName, parseTopicName } from "./parse-resource-name.ts";
import { invalidArgument, tooLarge, tooSmall, unimplemented } from "./rpc-error.ts";

type WireSubscription = protos.google.pubsub.v1.ISubscription;
type WirePushConfig = protos.google.pubsub.v1.IPushConfig;

type RetryPolicy = {
  minimumBackoffMs: number;
  maximumBackoffMs: number;
};

type DeadLetterPolicy = {
  /** Full name of the dead-letter topic. */
  topic: string;
  /** Deliveries after which a message that was never acknowledged is forwarded. */
  maxDeliveryAttempts: number;
};

export type PushSettings = {
  endpoint: URL;
  /** As it was sent, to be answered unchanged; its OIDC token is accepted and ignored. */
  config: WirePushConfig;
};

/** A subscription's validated settings; times in ms. */
export type SubscriptionSettings = {
  name: string;
  topic: string;
  labels: Readonly<Record<string, string>>;
  ackDeadlineMs: number;
  /** A message that waits longer is dropped. */
  retentionMs: number;
  /** `undefined` = never. Kept and answered; no local subscription lives long enough to expire. */
  expirationTtlMs: number | undefined;
  push: PushSettings | undefined;
  retryPolicy: RetryPolicy | undefined;
  deadLetterPolicy: DeadLetterPolicy | undefined;
};

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

// Limits and defaults: cloud.google.com/pubsub/docs/subscription-properties
const limits = {
  ackDeadlineSeconds: { least: 10, most: 600 },
  retentionMs: { least: 10 * minute, most: 31 * day, default: 7 * day },
  expirationTtlMs: { least: day, default: 31 * day },
  backoffMs: { most: 600 * second, defaultMinimum: 10 * second },
  deliveryAttempts: { least: 5, most: 100, default: 5 },
};
const stateActive = 1;

/**
 * Validates a subscription as a client asks for it.
 * @throws RpcError INVALID_ARGUMENT outside the real service's limits, UNIMPLEMENTED for what this server does not do.
 */
export function readSubscriptionSettings(wire: WireSubscription): SubscriptionSettings {
  refuseUnsupported(wire);
  const name = wire.name ?? "";
  const topic = wire.topic ?? "";
  parseSubscriptionName(name);
  parseTopicName(topic);
  return {
    name,
    topic,
    labels: { ...wire.labels },
    ackDeadlineMs: readAckDeadline(wire.ackDeadlineSeconds ?? 0),
    retentionMs: readRetention(wire),
    expirationTtlMs: readExpiration(wire),
    push: readPushSettings(wire.pushConfig),
    retryPolicy: readRetryPolicy(wire),
    deadLetterPolicy: readDeadLetterPolicy(wire),
  };
}

/**
 * The settings after UpdateSubscription: the masked fields of `wire`, the rest as before.
 * @throws RpcError INVALID_ARGUMENT for an empty mask, an unknown or an immutable field.
 */
export function updateSubscriptionSettings(
  before: SubscriptionSettings,
  wire: WireSubscription,
  maskPaths: readonly string[],
): SubscriptionSettings {
  if (maskPaths.length === 0) {
    throw invalidArgument(
      "The update_mask in the UpdateSubscriptionRequest must be set, and must contain a non-empty paths list.",
    );
  }
  // A deleted topic's placeholder is no topic name, and the topic is immutable anyway.
  const asked = readSubscriptionSettings({ ...wire, topic: "projects/any/topics/any" });
  let settings = before;
  for (const path of maskPaths) settings = { ...settings, ...maskedSettings(asked, path) };
  return settings;
}

/** Push to `config.pushEndpoint`; `undefined` (= pull) without an endpoint. */
export function readPushSettings(
  config: WirePushConfig | null | undefined,
): PushSettings | undefined {
  const address = config?.pushEndpoint ?? "";
  if (!config || address === "") return undefined;
  if (config.noWrapper) throw unimplemented("Payload unwrapping");
  const version = config.attributes?.["x-goog-version"] ?? "v1";
  if (version !== "v1" && version !== "v1beta2") throw unimplemented(`Push format ${version}`);
  const endpoint = URL.parse(address);
  if (endpoint === null) {
    throw invalidArgument(
      `Invalid push endpoint given (endpoint=${address}). Refer to https://cloud.google.com/pubsub/docs/push for more information.`,
    );
  }
  if (endpoint.protocol !== "http:") throw unimplemented(`Push over ${endpoint.protocol}`);
  return { endpoint, config };
}

/** The subscription as it is answered to a client, with the real service's defaults filled in. */
export function writeSubscriptionSettings(settings: SubscriptionSettings): WireSubscription {
  const { retryPolicy, deadLetterPolicy, expirationTtlMs } = settings;
  return {
    name: settings.name,
    topic: settings.topic,
    labels: { ...settings.labels },
    ackDeadlineSeconds: settings.ackDeadlineMs / second,
    messageRetentionDuration: wireTime(settings.retentionMs),
    expirationPolicy: expirationTtlMs === undefined ? {} : { ttl: wireTime(expirationTtlMs) },
    pushConfig: settings.push?.config ?? {},
    retryPolicy:
      retryPolicy === undefined
        ? null
        : {
            minimumBackoff: wireTime(retryPolicy.minimumBackoffMs),
            maximumBackoff: wireTime(retryPolicy.maximumBackoffMs),
          },
    deadLetterPolicy:
      deadLetterPolicy === undefined
        ? null
        : {
            deadLetterTopic: deadLetterPolicy.topic,
            maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts,
          },
    state: stateActive,
  };
}

function refuseUnsupported(wire: WireSubscription): void {
  if (wire.enableMessageOrdering) throw unimplemented("Message ordering");
  if (wire.enableExactlyOnceDelivery) throw unimplemented("Exactly-once delivery");
  if (wire.filter) throw unimplemented("Filtering");
  if (wire.bigqueryConfig) throw unimplemented("A BigQuery subscription");
  if (wire.cloudStorageConfig) throw unimplemented("A Cloud Storage subscription");
  if (wire.bigtableConfig) throw unimplemented("A Bigtable subscription");
  if (wire.messageTransforms?.length) throw unimplemented("A message transform");
  if (wire.retainAckedMessages) throw unimplemented("Keeping acknowledged messages");
  if (wire.detached) throw invalidArgument("The field detached is output only.");
}

function maskedSettings(asked: SubscriptionSettings, path: string): Partial<SubscriptionSettings> {
  switch (path) {
    case "ack_deadline_seconds":
      return { ackDeadlineMs: asked.ackDeadlineMs };
    case "labels":
      return { labels: asked.labels };
    case "push_config":
      return { push: asked.push };
    case "retry_policy":
      return { retryPolicy: asked.retryPolicy };
    case "dead_letter_policy":
      return { deadLetterPolicy: asked.deadLetterPolicy };
    case "message_retention_duration":
      return { retentionMs: asked.retentionMs };
    case "expiration_policy":
      return { expirationTtlMs: asked.expirationTtlMs };
    default:
      throw invalidArgument(
        `Invalid update_mask provided in the UpdateSubscriptionRequest: the field '${path}' is not known or cannot be changed.`,
      );
  }
}

function readAckDeadline(seconds: number): number {
  if (seconds === 0) return limits.ackDeadlineSeconds.least * second;
  requireRange("ack_deadline_seconds", seconds, limits.ackDeadlineSeconds);
  return seconds * second;
}

function readRetention(wire: WireSubscription): number {
  const retentionMs = durationToMs(wire.messageRetentionDuration);
  if (retentionMs === undefined) return limits.retentionMs.default;
  requireRange("message_retention_duration", retentionMs, limits.retentionMs);
  return retentionMs;
}

function readExpiration(wire: WireSubscription): number | undefined {
  if (!wire.expirationPolicy) return limits.expirationTtlMs.default;
  const ttlMs = durationToMs(wire.expirationPolicy.ttl);
  if (ttlMs !== undefined && ttlMs < limits.expirationTtlMs.least) {
    throw tooSmall("expiration_policy.ttl", ttlMs, limits.expirationTtlMs.least);
  }
  return ttlMs;
}

function readRetryPolicy(wire: WireSubscription): RetryPolicy | undefined {
  if (!wire.retryPolicy) return undefined;
  const minimumBackoffMs =
    durationToMs(wire.retryPolicy.minimumBackoff) ?? limits.backoffMs.defaultMinimum;
  const maximumBackoffMs = durationToMs(wire.retryPolicy.maximumBackoff) ?? limits.backoffMs.most;
  requireRange("minimum_backoff", minimumBackoffMs, { least: 0, most: limits.backoffMs.most });
  requireRange("maximum_backoff", maximumBackoffMs, { least: 0, most: limits.backoffMs.most });
  if (minimumBackoffMs > maximumBackoffMs) {
    throw invalidArgument("The minimum_backoff must not be greater than the maximum_backoff.");
  }
  return { minimumBackoffMs, maximumBackoffMs };
}

function readDeadLetterPolicy(wire: WireSubscription): DeadLetterPolicy | undefined {
  const topic = wire.deadLetterPolicy?.deadLetterTopic ?? "";
  if (!wire.deadLetterPolicy || topic === "") return undefined;
  parseTopicName(topic);
  const maxDeliveryAttempts =
    wire.deadLetterPolicy.maxDeliveryAttempts || limits.deliveryAttempts.default;
  requireRange("max_delivery_attempts", maxDeliveryAttempts, limits.deliveryAttempts);
  return { topic, maxDeliveryAttempts };
}

function requireRange(field: string, value: number, range: { least: number; most: number }): void {
  if (value < range.least) throw tooSmall(field, value, range.least);
  if (value > range.most) throw tooLarge(field, value, range.most);
}
