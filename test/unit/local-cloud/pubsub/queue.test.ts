import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createPushDeliverer } from "../../../local-cloud/pubsub/create-push-deliverer.ts";
import {
  type Consumer,
  createSubscriptionQueue,
  type Delivery,
  type SubscriptionQueue,
} from "../../../local-cloud/pubsub/create-subscription-queue.ts";
import { createFaultSource, type DeliveryFaults } from "../../../local-cloud/pubsub/draw-faults.ts";
import { RpcError } from "../../../local-cloud/pubsub/rpc-error.ts";
import type { StoredMessage } from "../../../local-cloud/pubsub/stored-message.ts";
import {
  readSubscriptionSettings,
  type SubscriptionSettings,
} from "../../../local-cloud/pubsub/subscription-settings.ts";

const SETTINGS = readSubscriptionSettings({
  name: "projects/local/subscriptions/readers",
  topic: "projects/local/topics/tweets",
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Scene {
  readonly queue: SubscriptionQueue;
  readonly buried: { readonly id: string; readonly attempts: number }[];
}

function openQueue(settings: Partial<SubscriptionSettings> = {}, faults?: DeliveryFaults): Scene {
  const buried: { id: string; attempts: number }[] = [];
  const queue = createSubscriptionQueue({
    settings: { ...SETTINGS, ...settings },
    now: Date.now,
    faults: createFaultSource(faults),
    forwardDeadLetter(message, attempts) {
      buried.push({ id: message.messageId, attempts });
      return true;
    },
  });
  return { queue, buried };
}

function message(id: string): StoredMessage {
  return {
    messageId: id,
    data: Buffer.from(id),
    attributes: {},
    orderingKey: "",
    publishTimeMs: Date.now(),
    sizeBytes: id.length,
  };
}

/** A consumer with room for `room` messages at a time. */
function createReader(room: number): Consumer & { readonly held: Delivery[]; ended?: RpcError } {
  let free = room;
  const held: Delivery[] = [];
  return {
    held,
    admit: () => free > 0 && free-- > 0,
    deliver: (deliveries) => held.push(...deliveries),
    release(delivery) {
      free += 1;
      held.splice(held.indexOf(delivery), 1);
    },
    end(reason) {
      this.ended = reason;
    },
  };
}

describe("a subscription's queue", () => {
  test("shares its messages among its consumers, each within its room", () => {
    const { queue } = openQueue();
    const readers = [createReader(2), createReader(1), createReader(1)];
    for (const reader of readers) queue.addConsumer(reader);
    for (const id of ["1", "2", "3", "4", "5"]) queue.enqueue(message(id));

    vi.advanceTimersByTime(1);

    expect(readers.map(({ held }) => held.length)).toEqual([2, 1, 1]);
    expect(queue.backlog()).toBe(5);
  });

  test("gives a lease back exactly at its deadline", () => {
    const { queue } = openQueue();
    const reader = createReader(1);
    queue.addConsumer(reader);
    queue.enqueue(message("1"));
    vi.advanceTimersByTime(1);

    vi.advanceTimersByTime(9_998);
    expect(reader.held.map(({ attempt }) => attempt)).toEqual([1]);
    vi.advanceTimersByTime(3);
    expect(reader.held.map(({ attempt }) => attempt)).toEqual([2]);
  });

  test("a consumer that leaves keeps its leases until their deadline", () => {
    const { queue } = openQueue();
    const [first, second] = [createReader(1), createReader(1)];
    queue.addConsumer(first);
    queue.enqueue(message("1"));
    vi.advanceTimersByTime(1);
    queue.removeConsumer(first);
    queue.addConsumer(second);

    vi.advanceTimersByTime(9_000);
    expect(second.held).toEqual([]);
    vi.advanceTimersByTime(1_001);
    expect(second.held.length).toBe(1);
  });

  test("the retry policy doubles the wait up to its maximum", () => {
    const retryPolicy = { minimumBackoffMs: 10_000, maximumBackoffMs: 25_000 };
    const { queue } = openQueue({ retryPolicy });
    const reader = createReader(1);
    queue.addConsumer(reader);
    queue.enqueue(message("1"));
    vi.advanceTimersByTime(1);

    for (const backoffMs of [10_000, 20_000, 25_000, 25_000]) {
      queue.refuse(reader.held[0]?.ackId ?? "");
      vi.advanceTimersByTime(backoffMs - 1);
      expect(reader.held).toEqual([]);
      vi.advanceTimersByTime(2);
      expect(reader.held.length).toBe(1);
    }
  });

  test("the dead-letter topic gets what was refused often enough, no earlier", () => {
    const deadLetterPolicy = { topic: "projects/local/topics/dead", maxDeliveryAttempts: 5 };
    const { queue, buried } = openQueue({ deadLetterPolicy });
    const reader = createReader(1);
    queue.addConsumer(reader);
    queue.enqueue(message("1"));

    for (let attempt = 1; attempt <= 5; attempt += 1) {
      vi.advanceTimersByTime(1);
      expect(buried).toEqual([]);
      queue.refuse(reader.held[0]?.ackId ?? "");
    }

    expect(buried).toEqual([{ id: "1", attempts: 5 }]);
    expect(queue.backlog()).toBe(0);
  });

  test("the same seed gives the same order, another seed another", () => {
    const order = (seed: number): string[] => {
      const { queue } = openQueue({}, { duplicateRate: 0, shuffle: true, seed });
      const reader = createReader(20);
      for (let id = 0; id < 20; id += 1) queue.enqueue(message(String(id)));
      queue.addConsumer(reader);
      queue.dispatch();
      return reader.held.map((delivery) => delivery.message.messageId);
    };

    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect(order(1).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, id) => String(id)).toSorted(),
    );
  });

  test("closing tells the consumers why and forgets the messages", () => {
    const { queue } = openQueue();
    const reader = createReader(1);
    queue.addConsumer(reader);
    queue.enqueue(message("1"));
    const reason = new RpcError(5, "gone");

    queue.close(reason);
    vi.advanceTimersByTime(60_000);

    expect(reader.ended).toBe(reason);
    expect(reader.held).toEqual([]);
    expect(queue.backlog()).toBe(0);
  });

  test("whatever happens, no message is lost and none is counted twice", () => {
    const step = fc.oneof(
      fc.constant({ kind: "publish" as const, index: 0 }),
      fc.record({ kind: fc.constant("acknowledge" as const), index: fc.nat(9) }),
      fc.record({ kind: fc.constant("refuse" as const), index: fc.nat(9) }),
      fc.record({ kind: fc.constant("extend" as const), index: fc.nat(9) }),
      fc.record({ kind: fc.constant("wait" as const), index: fc.nat(20) }),
    );
    const faults = fc.record({
      duplicateRate: fc.constantFrom(0, 0.5, 1),
      shuffle: fc.boolean(),
      seed: fc.integer(),
      acknowledgementLossRate: fc.constantFrom(0, 0.5),
    });
    const retryPolicy = fc.option(fc.constant({ minimumBackoffMs: 500, maximumBackoffMs: 2_000 }), {
      nil: undefined,
    });
    const deadLetterPolicy = fc.option(
      fc.constant({ topic: "projects/local/topics/dead", maxDeliveryAttempts: 5 }),
      { nil: undefined },
    );

    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        faults,
        retryPolicy,
        deadLetterPolicy,
        (steps, storm, retry, deadLetters) => {
          const { queue, buried } = openQueue(
            { retryPolicy: retry, deadLetterPolicy: deadLetters },
            storm,
          );
          const reader = createReader(6);
          queue.addConsumer(reader);
          const published: string[] = [];
          const acknowledged = new Set<string>();
          const acknowledge = (delivery: Delivery | undefined): void => {
            if (delivery === undefined) return;
            acknowledged.add(delivery.message.messageId);
            queue.acknowledge(delivery.ackId);
          };

          for (const { kind, index } of steps) {
            const delivery = reader.held[index];
            if (kind === "publish") {
              published.push(String(published.length));
              queue.enqueue(message(published.at(-1) ?? ""));
            } else if (kind === "wait") vi.advanceTimersByTime(index * 1_000);
            else if (kind === "acknowledge") acknowledge(delivery);
            else if (delivery !== undefined) {
              queue.modifyDeadline(delivery.ackId, kind === "refuse" ? 0 : 30_000);
            }
            vi.advanceTimersByTime(1);
          }
          // After the storm everything that comes is acknowledged until nothing comes any more.
          for (let quiet = 0; quiet < 2_000 && queue.backlog() > 0; quiet += 1) {
            acknowledge(reader.held[0]);
            vi.advanceTimersByTime(500);
          }

          const stats = queue.stats();
          expect(queue.backlog()).toBe(0);
          expect(stats).toMatchObject({ outstanding: 0, oldestUnacknowledgedMs: 0 });
          expect(stats.published).toBe(published.length);
          expect(stats.acknowledged + stats.deadLettered).toBe(published.length);
          const seen = new Set([...acknowledged, ...buried.map(({ id }) => id)]);
          expect([...seen].toSorted()).toEqual(published.toSorted());
        },
      ),
      { numRuns: 150 },
    );
  });
});

test("a push that is broken off at the end leaves nothing to wait for", () => {
  const { queue } = openQueue();
  createPushDeliverer({
    queue,
    push: { endpoint: new URL("http://127.0.0.1:1/"), config: { pushEndpoint: "" } },
    limits: { maxMessages: 10, maxBytes: 1_000 },
    now: Date.now,
    random: () => 0,
  });
  queue.enqueue(message("1"));
  queue.dispatch();
  expect(queue.stats().outstanding).toBe(1);

  queue.close(new RpcError(5, "gone"));

  expect(vi.getTimerCount()).toBe(0);
});
