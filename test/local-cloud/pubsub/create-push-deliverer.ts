import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request,
} from "node:http";
import { createAlarm } from "./create-alarm.ts";
import { createPushWindow, type PushLimits } from "./create-push-window.ts";
import type { Consumer, Delivery, SubscriptionQueue } from "./create-subscription-queue.ts";
import { encodePushBody } from "./encode-push-body.ts";
import type { PushSettings } from "./subscription-settings.ts";

/** Pushes a subscription's messages to its endpoint until it is closed. */
export type PushDeliverer = {
  /** Breaks off what is under way; those deliveries count as failed. */
  close(): void;
};

export type PushDelivererOptions = {
  queue: SubscriptionQueue;
  push: PushSettings;
  /** Where an endpoint is reached: asked before its first message, and again while that fails. */
  resolve?: ((endpoint: URL) => Promise<URL>) | undefined;
  limits: PushLimits;
  now: () => number;
  /** Uniform in [0, 1), for jitter. */
  random: () => number;
};

type Attempt = {
  request: ClientRequest | undefined;
  windowGeneration: number;
};

// Any other answer is a negative acknowledgement: cloud.google.com/pubsub/docs/push#receive_push
const acknowledgingStatus: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);
const processing = 102;
const longestPauseMs = 60_000;

// A connection that was closed already breaks at once; one that breaks later broke under the endpoint's work.
const idleCloseShowsWithinMs = 100;

/** One HTTP POST a message over kept-alive connections, as many at a time as the push window allows. */
export function createPushDeliverer(options: PushDelivererOptions): PushDeliverer {
  const { queue, push, resolve, limits, now, random } = options;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: limits.maxMessages,
    maxFreeSockets: limits.maxMessages,
    scheduling: "lifo",
  });
  const window = createPushWindow({ ...limits, now, random, maxPauseMs });
  const resume = createAlarm(now, () => queue.wake());
  const attempts = new Map<string, Attempt>();
  let target = resolve === undefined ? targetOf(push.endpoint) : undefined;
  let resolving: Promise<void> | undefined;

  const consumer: Consumer = {
    admit: (message) => window.admit(message.sizeBytes),
    deliver(deliveries) {
      for (const delivery of deliveries) start(delivery);
    },
    release(delivery, outcome) {
      const attempt = attempts.get(delivery.ackId);
      attempts.delete(delivery.ackId);
      if (attempt === undefined) return;
      if (outcome === "acknowledged") {
        window.succeeded(delivery.message.sizeBytes);
        return;
      }
      attempt.request?.destroy();
      window.failed(delivery.message.sizeBytes, attempt.windowGeneration);
      if (window.pausedUntil() > now()) resume.setFor(window.pausedUntil());
    },
    end: close,
  };
  queue.addConsumer(consumer);

  function maxPauseMs(): number {
    const retryPolicy = queue.settings().retryPolicy;
    return Math.min(longestPauseMs, retryPolicy?.maximumBackoffMs ?? longestPauseMs);
  }

  function start(delivery: Delivery): void {
    const { name, deadLetterPolicy } = queue.settings();
    const body = encodePushBody(delivery, name, deadLetterPolicy !== undefined);
    attempts.set(delivery.ackId, { request: undefined, windowGeneration: window.generation() });
    if (target !== undefined) {
      post(delivery, body, true);
      return;
    }
    resolving ??= resolveTarget();
    resolving.then(
      () => post(delivery, body, true),
      () => settle(delivery, false),
    );
  }

  async function resolveTarget(): Promise<void> {
    try {
      target = targetOf((await resolve?.(push.endpoint)) ?? push.endpoint);
    } finally {
      resolving = undefined;
    }
  }

  function post(delivery: Delivery, body: Buffer, mayRepeat: boolean): void {
    const attempt = attempts.get(delivery.ackId);
    if (attempt === undefined) return;
    const outgoing = request({
      ...target,
      agent,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": body.length,
        accept: "application/json",
        "user-agent": "CloudPubSub-Google",
      },
    });
    attempt.request = outgoing;
    const sentAt = performance.now();
    outgoing.on("information", ({ statusCode }) => {
      if (statusCode !== processing) return;
      settle(delivery, true);
      // No lease watches over it any more.
      outgoing.setTimeout(queue.settings().ackDeadlineMs, () => outgoing.destroy());
    });
    outgoing.on("response", (response) => onResponse(delivery, response));
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // The endpoint closed an idle connection at the moment it was used again: nobody's failure.
      const closedWhileIdle =
        outgoing.reusedSocket &&
        error.code === "ECONNRESET" &&
        performance.now() - sentAt < idleCloseShowsWithinMs;
      if (mayRepeat && closedWhileIdle) post(delivery, body, false);
      else settle(delivery, false);
    });
    outgoing.end(body);
  }

  function onResponse(delivery: Delivery, response: IncomingMessage): void {
    const acknowledged = acknowledgingStatus.has(response.statusCode ?? 0);
    response.on("end", () => settle(delivery, acknowledged));
    response.on("error", () => settle(delivery, false));
    response.resume();
  }

  function settle(delivery: Delivery, acknowledged: boolean): void {
    if (!attempts.has(delivery.ackId)) return;
    if (acknowledged) queue.acknowledge(delivery.ackId);
    else queue.refuse(delivery.ackId);
  }

  function close(): void {
    queue.removeConsumer(consumer);
    for (const ackId of attempts.keys()) queue.refuse(ackId);
    // Each refusal set it again.
    resume.cancel();
    agent.destroy();
  }

  return { close };
}

function targetOf(endpoint: URL): RequestOptions {
  return {
    hostname: endpoint.hostname.replace(/^\[|\]$/g, ""),
    port: endpoint.port === "" ? 80 : Number(endpoint.port),
    path: endpoint.pathname + endpoint.search,
  };
}
