import { createSecretKey, type KeyObject } from "node:crypto";
import { Readable } from "node:stream";
import type { RequestHead } from "../../functions/receive-webhook/guard-requests.ts";
import { createHandler } from "../../functions/receive-webhook/handler.ts";
import { createPublisher } from "../../functions/receive-webhook/publish-body.ts";
import { createBodyReader } from "../../functions/receive-webhook/read-body.ts";
import { createDeliveryMemory } from "../../functions/receive-webhook/remember-deliveries.ts";
import type { Random } from "../support/create-random.ts";
import type { Caller, CallPort } from "./call-port.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Trace } from "./create-trace.ts";
import type { ReceivePorts, Twists } from "./functions-under-test.ts";
import { signWebhook, type Webhook, webhookSecrets } from "./invent-webhooks.ts";
import type { See } from "./sightings.ts";
import { ownTopic, tenant } from "./tenant.ts";
import type { Weather } from "./weather.ts";

/** The instances of receive-webhook, and those who post to it until they are answered. */
export type Receiver = {
  /** Posts a webhook again and again, until its sender hears that it was taken, or refused for good. */
  post: (webhook: Webhook) => void;
  /** Webhooks whose senders have heard neither. */
  unanswered: () => number;
  /** Attempts of all senders. */
  posts: () => number;
  /** Of those who are refused for good, those who must not be. */
  refused: () => number;
};

type Instance = Caller & {
  handle: ReturnType<typeof createHandler>;
  /** Who waits for an answer. */
  waiting: Set<() => void>;
};

const size = 2;
/** Webhooks are few: each of their calls is in danger as often as so many of the others. */
const dangers = 2;
const retryMs = 5_000;
const maxRetryMs = 60 * 60_000;
/** Longer than any storm. */
const mostAttempts = 200;
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

const keysOf = (secrets: readonly string[], encoding: "utf8" | "base64"): KeyObject[] =>
  secrets.map((secret) => createSecretKey(secret.replace(/^whsec_/, ""), encoding));

export function createReceiver(world: {
  scheduler: Scheduler;
  /** Its own, so that what else happens does not depend on it. */
  random: Random;
  weather: Weather;
  trace: Trace;
  callPort: CallPort;
  /** Takes what the function has published. */
  accept: (topic: string, data: Buffer, attributes: Record<string, string>) => string;
  see: See;
  twists: Twists;
}): Receiver {
  const { scheduler, random, weather, trace, callPort, accept, see, twists } = world;
  const heads = new WeakMap<object, RequestHead>();
  let started = 0;
  let unanswered = 0;
  let refused = 0;
  let posts = 0;
  const posted = new Set<string>();

  const start = (): Instance => {
    started += 1;
    const instance: Instance = {
      label: `receive-webhook/${started}`,
      isAlive: true,
      kill: () => kill(instance),
      handle: () => undefined,
      waiting: new Set(),
    };
    const publishMessage =
      (topic: string) =>
      ({ data, attributes }: { data: Buffer; attributes: Record<string, string> }) =>
        callPort(
          instance,
          "receive-webhook.publish",
          () => accept(ownTopic(topic) ?? "", data, attributes),
          dangers,
        );
    const config = { topicPrefix: tenant, publishTimeoutMs: 8_000 };
    const outside: ReceivePorts = {
      publish: createPublisher(
        { topic: (name) => ({ publishMessage: publishMessage(name) }) },
        config,
      ),
      remember: createDeliveryMemory(),
      xSecrets: keysOf(webhookSecrets.x, "utf8"),
      standardSecrets: keysOf(webhookSecrets.standard, "base64"),
    };
    const { publish, remember, ...secrets } = twists.receive?.(outside) ?? outside;
    instance.handle = createHandler({
      headOf: (request) => heads.get(request),
      bodies: createBodyReader(),
      publish,
      remember,
      now: scheduler.now,
      log,
      config: { ...secrets, standardTopics: ["tweets"] },
    });
    return instance;
  };

  const kill = (instance: Instance): void => {
    trace.add(`${scheduler.now()} dies ${instance.label}`);
    instance.isAlive = false;
    instances[instances.indexOf(instance)] = start();
    for (const breaks of instance.waiting) breaks();
  };

  const instances = Array.from({ length: size }, start);

  /** One attempt; the status, or undefined where the sender hears none. */
  const attempt = (webhook: Webhook): Promise<number | undefined> =>
    new Promise((resolve) => {
      const instance = random.pick(instances);
      posts += 1;
      if (posted.has(webhook.id)) see("a webhook was posted again");
      posted.add(webhook.id);
      const { body, headers } = signWebhook(webhook, scheduler.now());
      trace.add(`${scheduler.now()} post ${webhook.id} to ${instance.label}`);
      const target = webhook.scheme === "x" ? "/x" : "/standard/tweets";
      const request = new Readable({ read: silent });
      request.push(body);
      request.push(null);
      heads.set(request, { method: "POST", target, headers });
      const breaks = () => resolve(undefined);
      instance.waiting.add(breaks);
      const answer = (status: number) => {
        if (!instance.isAlive) return;
        instance.waiting.delete(breaks);
        if (weather.kills("receive-webhook.answer, before")) {
          see("an instance died before its acknowledgement");
          kill(instance);
          breaks();
        } else if (weather.strikes("lostAcknowledgements", webhook.id)) breaks();
        else resolve(status);
      };
      void instance.handle(request, { writeHead: answer, write: silent, end: silent });
    });

  const send = async (webhook: Webhook, number: number): Promise<void> => {
    const status = await attempt(webhook);
    // What the sender does next is a step of its own.
    scheduler.after(0, () => settle(webhook, number, status));
  };

  const settle = (webhook: Webhook, number: number, status: number | undefined): void => {
    const isTaken = status !== undefined && status < 300;
    const isRefused = status !== undefined && status >= 400 && status < 500;
    if (isTaken || isRefused) {
      unanswered -= 1;
      if (isRefused && !webhook.isForged) refused += 1;
      if (isRefused && webhook.isForged) see("a forged webhook was refused");
      if (isTaken) {
        const isOld = webhook.secret !== webhookSecrets[webhook.scheme][0];
        see(isOld ? "a webhook of an old secret was taken" : "a webhook was taken");
      }
    } else if (number < mostAttempts) {
      const waitMs = Math.min(retryMs * 2 ** (number - 1), maxRetryMs);
      scheduler.after(waitMs * (0.5 + random.fraction()), () => void send(webhook, number + 1));
    }
  };

  return {
    post: (webhook) => {
      unanswered += 1;
      void send(webhook, 1);
      // Senders are no better than a queue: some post twice.
      if (!weather.strikes("duplicates", webhook.id)) return;
      unanswered += 1;
      scheduler.after(random.pick([0, 2, random.below(60_000)]), () => void send(webhook, 1));
    },
    unanswered: () => unanswered,
    posts: () => posts,
    refused: () => refused,
  };
}
