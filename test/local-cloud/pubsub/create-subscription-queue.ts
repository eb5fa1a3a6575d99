import { createAlarm } from "./create-alarm.ts";
import { createDueHeap } from "./create-due-heap.ts";
import { createReadyList } from "./create-ready-list.ts";
import type { FaultSource } from "./draw-faults.ts";
import { invalidArgument, type RpcError } from "./rpc-error.ts";
import type { StoredMessage } from "./stored-message.ts";
import type { SubscriptionSettings } from "./subscription-settings.ts";

/** One handing-out of a message; it stays leased to its consumer until it is settled. */
export type Delivery = {
  ackId: string;
  message: StoredMessage;
  /** 1 for the first delivery. */
  attempt: number;
};

/** How a delivery ended: acknowledged, negatively acknowledged, or its deadline passed. */
type DeliveryOutcome = "acknowledged" | "refused" | "expired";

/** Whoever takes messages from a subscription: a stream, a waiting pull, the push deliverer. */
export type Consumer = {
  /** Whether there is room for this message now; a message admitted is delivered at once. */
  admit(message: StoredMessage): boolean;
  deliver(deliveries: readonly Delivery[]): void;
  /** The lease is over and its room is free again. */
  release(delivery: Delivery, outcome: DeliveryOutcome): void;
  /** The subscription is gone or changed its kind of delivery. */
  end(reason: RpcError): void;
  /** Deadline of its deliveries, ms; the subscription's when absent. */
  ackDeadlineMs?: () => number;
};

/** Counters since the subscription was made; published = acknowledged + deadLettered + expired + still pending. */
export type SubscriptionStats = {
  /** Messages that arrived from the topic. */
  published: number;
  /** Deliveries, first ones, repeated ones and duplicates. */
  delivered: number;
  /** Deliveries of a message that had been delivered before. */
  redelivered: number;
  /** Messages (not deliveries) acknowledged. */
  acknowledged: number;
  deadLettered: number;
  /** Messages dropped because they waited longer than the retention. */
  expired: number;
  /** Deliveries neither acknowledged nor failed yet. */
  outstanding: number;
  /** Age of the oldest message not acknowledged, ms; 0 when there is none. */
  oldestUnacknowledgedMs: number;
};

export type SubscriptionQueue = {
  settings(): SubscriptionSettings;
  configure(settings: SubscriptionSettings): void;
  enqueue(message: StoredMessage): void;
  addConsumer(consumer: Consumer): void;
  /** Its leases stay until they are settled or expire. */
  removeConsumer(consumer: Consumer): void;
  /** Ends every consumer; messages stay. */
  endConsumers(reason: RpcError): void;
  /** Hands out what fits now, in this call. */
  dispatch(): void;
  /** Hands out what fits soon; call it when a consumer has room again. */
  wake(): void;
  /** Unknown ids (settled or expired ones) are ignored, as the real service does. */
  acknowledge(ackId: string): void;
  /** A negative acknowledgement. */
  refuse(ackId: string): void;
  /** Moves the deadline to `ms` from now; 0 is a negative acknowledgement. */
  modifyDeadline(ackId: string, ms: number): void;
  /** Messages not acknowledged, duplicates under way included. */
  backlog(): number;
  stats(): SubscriptionStats;
  close(reason: RpcError): void;
};

export type SubscriptionQueueOptions = {
  settings: SubscriptionSettings;
  now: () => number;
  faults: FaultSource;
  /** Publishes to the dead-letter topic; false when that is impossible, so that the message is kept. */
  forwardDeadLetter: (message: StoredMessage, attempts: number) => boolean;
};

/** A message on its way through one subscription. */
type Entry = {
  message: StoredMessage;
  /** Deliveries so far. */
  attempts: number;
  /** An extra delivery made by the fault switch: it is never repeated. */
  duplicate: boolean;
  dueAt: number;
  heapIndex: number;
};

type Lease = Delivery & {
  entry: Entry;
  consumer: Consumer;
  dueAt: number;
  heapIndex: number;
};

// One hand-out to one consumer, so that several consumers share the work and answers stay small.
const batchMessages = 1_000;
const batchBytes = 4_000_000;
const ackIdShape = /^[0-9a-z]{1,16}$/;

/** The state of one subscription: messages ready, leased, waiting out a backoff; all in memory. */
export function createSubscriptionQueue(options: SubscriptionQueueOptions): SubscriptionQueue {
  const { now, faults, forwardDeadLetter } = options;
  let settings = options.settings;

  // Insertion order is the order of arrival: the first is the oldest.
  const pending = new Set<Entry>();
  const ready = createReadyList<Entry>((waiting) => faults.pick(waiting));
  const delayed = createDueHeap<Entry>();
  const leases = new Map<string, Lease>();
  const deadlines = createDueHeap<Lease>();
  const consumers: Consumer[] = [];
  const alarm = createAlarm(now, runDue);

  const count = {
    published: 0,
    delivered: 0,
    redelivered: 0,
    acknowledged: 0,
    deadLettered: 0,
    expired: 0,
  };
  let leaseNumber = 0;
  let turn = 0;
  let wakeUp: NodeJS.Immediate | undefined;
  let closed = false;

  function addEntry(message: StoredMessage, attempts: number, duplicate: boolean): Entry {
    const entry: Entry = { message, attempts, duplicate, dueAt: 0, heapIndex: -1 };
    pending.add(entry);
    return entry;
  }

  function wake(): void {
    if (wakeUp !== undefined || closed) return;
    wakeUp = setImmediate(dispatch);
  }

  function dispatch(): void {
    clearImmediate(wakeUp);
    wakeUp = undefined;
    let satisfied = 0;
    while (ready.size() > 0 && satisfied < consumers.length) {
      turn = (turn + 1) % consumers.length;
      const consumer = consumers[turn];
      if (consumer === undefined) return;
      const batch = takeBatch(consumer);
      if (batch.length === 0) {
        satisfied += 1;
      } else {
        satisfied = 0;
        consumer.deliver(batch);
      }
    }
  }

  function takeBatch(consumer: Consumer): Lease[] {
    const batch: Lease[] = [];
    let bytes = 0;
    while (batch.length < batchMessages && bytes < batchBytes) {
      const entry = ready.peek();
      if (entry === undefined) break;
      if (now() - entry.message.publishTimeMs > settings.retentionMs) {
        ready.drop();
        count.expired += entry.duplicate ? 0 : 1;
        pending.delete(entry);
        continue;
      }
      if (!consumer.admit(entry.message)) break;
      ready.drop();
      bytes += entry.message.sizeBytes;
      batch.push(lease(entry, consumer));
    }
    return batch;
  }

  function lease(entry: Entry, consumer: Consumer): Lease {
    if (!entry.duplicate) entry.attempts += 1;
    leaseNumber += 1;
    const leased: Lease = {
      ackId: leaseNumber.toString(36),
      message: entry.message,
      attempt: entry.attempts,
      entry,
      consumer,
      dueAt: now() + (consumer.ackDeadlineMs?.() ?? settings.ackDeadlineMs),
      heapIndex: -1,
    };
    leases.set(leased.ackId, leased);
    deadlines.add(leased);
    alarm.setFor(leased.dueAt);
    count.delivered += 1;
    if (entry.duplicate || entry.attempts > 1) count.redelivered += 1;
    if (!entry.duplicate && faults.duplicatesDelivery()) {
      delay(addEntry(entry.message, entry.attempts, true), faults.duplicateDelayMs());
    }
    return leased;
  }

  function delay(entry: Entry, ms: number): void {
    entry.dueAt = now() + ms;
    delayed.add(entry);
    alarm.setFor(entry.dueAt);
  }

  function settle(leased: Lease, outcome: DeliveryOutcome): void {
    leases.delete(leased.ackId);
    deadlines.remove(leased);
    leased.consumer.release(leased, outcome);
    if (closed) return;
    const { entry } = leased;
    if (outcome === "acknowledged" && (entry.duplicate || !faults.losesAcknowledgement())) {
      pending.delete(entry);
      count.acknowledged += entry.duplicate ? 0 : 1;
    } else {
      retry(entry);
    }
    wake();
  }

  function retry(entry: Entry): void {
    const { deadLetterPolicy, retryPolicy } = settings;
    if (entry.duplicate) {
      // Its original has a life of its own and is delivered until somebody acknowledges it.
      pending.delete(entry);
    } else if (
      deadLetterPolicy !== undefined &&
      entry.attempts >= deadLetterPolicy.maxDeliveryAttempts &&
      forwardDeadLetter(entry.message, entry.attempts)
    ) {
      pending.delete(entry);
      count.deadLettered += 1;
    } else if (retryPolicy !== undefined) {
      const backoff = retryPolicy.minimumBackoffMs * 2 ** (entry.attempts - 1);
      delay(entry, Math.min(backoff, retryPolicy.maximumBackoffMs));
    } else {
      ready.add(entry);
    }
  }

  function runDue(): void {
    const time = now();
    for (let entry = delayed.first(); entry && entry.dueAt <= time; entry = delayed.first()) {
      delayed.remove(entry);
      ready.add(entry);
    }
    for (let due = deadlines.first(); due && due.dueAt <= time; due = deadlines.first()) {
      settle(due, "expired");
    }
    const next = Math.min(
      delayed.first()?.dueAt ?? Number.POSITIVE_INFINITY,
      deadlines.first()?.dueAt ?? Number.POSITIVE_INFINITY,
    );
    if (next < Number.POSITIVE_INFINITY) alarm.setFor(next);
    wake();
  }

  function findLease(ackId: string): Lease | undefined {
    if (!ackIdShape.test(ackId)) {
      throw invalidArgument(
        `You have passed an invalid ack ID to the service (ack_id=${ackId.slice(0, 100)}).`,
      );
    }
    return leases.get(ackId);
  }

  function settleById(ackId: string, outcome: DeliveryOutcome): void {
    const leased = findLease(ackId);
    if (leased !== undefined) settle(leased, outcome);
  }

  function endConsumers(reason: RpcError): void {
    for (const consumer of consumers.splice(0)) consumer.end(reason);
  }

  return {
    settings: () => settings,
    configure(next) {
      settings = next;
    },
    enqueue(message) {
      count.published += 1;
      ready.add(addEntry(message, 0, false));
      wake();
    },
    addConsumer(consumer) {
      consumers.push(consumer);
      wake();
    },
    removeConsumer(consumer) {
      const index = consumers.indexOf(consumer);
      if (index >= 0) consumers.splice(index, 1);
    },
    endConsumers,
    dispatch,
    wake,
    acknowledge: (ackId) => settleById(ackId, "acknowledged"),
    refuse: (ackId) => settleById(ackId, "refused"),
    modifyDeadline(ackId, ms) {
      const leased = findLease(ackId);
      if (leased === undefined) return;
      if (ms === 0) {
        settle(leased, "refused");
        return;
      }
      deadlines.remove(leased);
      leased.dueAt = now() + ms;
      deadlines.add(leased);
      alarm.setFor(leased.dueAt);
    },
    backlog: () => pending.size,
    stats() {
      const oldest = pending.values().next().value;
      return {
        ...count,
        outstanding: leases.size,
        oldestUnacknowledgedMs:
          oldest === undefined ? 0 : Math.max(0, now() - oldest.message.publishTimeMs),
      };
    },
    close(reason) {
      closed = true;
      alarm.cancel();
      clearImmediate(wakeUp);
      endConsumers(reason);
      pending.clear();
    },
  };
}
