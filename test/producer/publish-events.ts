import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Topic } from "@google-cloud/pubsub";
import {
  type EncodedPayload,
  encodePayload,
  encodingAttribute,
} from "../../shared/codec/encode-payload.ts";
import { packedBytes } from "../../shared/codec/pack-lines.ts";
import { publishRetry } from "../../shared/codec/publish-retry.ts";
import { createPace } from "./create-pace.ts";
import { maxEventBytes } from "./event-limits.ts";

/** What the server has acknowledged so far; bytes are those of the events, before compression. */
export type PublishProgress = { events: number; messages: number; bytes: number };

/** A pack that does not fill up is sent after this time, so that slow sources stay live. */
const usualLingerMs = 100;
const maxOutstandingRequests = 32;
const maxOutstandingBytes = 16_000_000;
/** Events a request should carry; below it, the client puts several messages into one request. */
const eventsPerRequest = 100;
const lineFeed = 0x0a;

/** Long enough for a server that restarts, short enough for someone who waits. */
const publishTimeoutMs = 30_000;

/**
 * Publishes events to a topic, `pack` of them a message, one a line, each byte as it came; messages
 * of more than 1 KiB are compressed, unless the attributes name a `content-encoding` already.
 *
 * Reads no further than 32 requests or 16 MB ahead of what the server acknowledged, at most `rate`
 * events a second (spread evenly), and counts only what was acknowledged. An event over
 * `maxEventBytes` is refused: reported to `onRefused` before the next one is read, and counted.
 *
 * When `signal` aborts, reading stops, and the promise resolves once all that was read is
 * acknowledged.
 * @throws {Error} the failure of the server or of the source, after the outstanding publishes are
 * settled; `onProgress` has by then heard of all that arrived.
 */
export async function publishEvents(options: {
  topic: Topic;
  events: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  pack: number;
  lingerMs?: number;
  rate?: number;
  attributes?: Record<string, string>;
  signal?: AbortSignal;
  onProgress?: (progress: PublishProgress) => void;
  /** Hears that the first so many of the published events are acknowledged, without a gap. */
  onSettled?: (events: number) => void;
  onRefused?: (event: Uint8Array) => void;
}): Promise<PublishProgress & { refused: number; seconds: number }> {
  const { events, rate, signal, onRefused } = options;
  const startedAt = performance.now();
  const outbox = createOutbox(options);
  const waitMs = rate === undefined ? () => 0 : createPace(rate, () => performance.now());
  let refused = 0;

  try {
    for await (const event of untilAborted(events, signal)) {
      if (event.length > maxEventBytes) {
        refused += 1;
        onRefused?.(event);
        continue;
      }
      const wait = waitMs();
      if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
      const sent = outbox.add(event);
      if (sent) await outbox.room();
      if (outbox.hasFailed()) break;
    }
  } finally {
    await outbox.drain();
  }
  return { ...outbox.acknowledged(), refused, seconds: (performance.now() - startedAt) / 1_000 };
}

type Outbox = {
  /** Adds an event to the pack; true when that sent a pack. */
  add: (event: Uint8Array) => boolean;
  /** Resolves when another pack may be sent. */
  room: () => Promise<void>;
  /** Sends what is left and resolves when nothing is outstanding; rejects with the first failure. */
  drain: () => Promise<void>;
  hasFailed: () => boolean;
  acknowledged: () => PublishProgress;
};

function createOutbox(options: {
  topic: Topic;
  pack: number;
  lingerMs?: number;
  attributes?: Record<string, string>;
  onProgress?: (progress: PublishProgress) => void;
  onSettled?: (events: number) => void;
}): Outbox {
  const { topic, pack, attributes = {}, onProgress, onSettled } = options;
  const { lingerMs = usualLingerMs } = options;
  const settle = createOrder(onSettled);
  const messagesPerRequest = Math.max(1, Math.floor(eventsPerRequest / pack));
  // A second handle on the same topic, so that the caller's keeps its own settings.
  const publisher = topic.pubsub.topic(topic.name, {
    batching: { maxMessages: messagesPerRequest, maxMilliseconds: 10 },
    gaxOpts: publishRetry(publishTimeoutMs),
  });
  const maxOutstanding = maxOutstandingRequests * messagesPerRequest;

  const encode = encodingAttribute in attributes ? asItIs : encodePayload;
  const acknowledged: PublishProgress = { events: 0, messages: 0, bytes: 0 };
  // One for all packs: a new one each time would keep the garbage collector busy.
  const packed = Buffer.allocUnsafe(packedBytes);
  let packBytes = 0;
  let packEvents = 0;
  let linger: NodeJS.Timeout | undefined;
  let outstanding = 0;
  let outstandingBytes = 0;
  let failure: Error | undefined;
  let wake = () => {};

  const add = (event: Uint8Array): boolean => {
    // An event with a line end of its own cannot share a message: its neighbours could not be told apart.
    const alone = event.length > packedBytes || event.includes(lineFeed);
    const overflows = packBytes + 1 + event.length > packedBytes;
    const sentBefore = packEvents > 0 && (alone || overflows) && send();
    if (alone) {
      sendMessage(Buffer.from(event.buffer, event.byteOffset, event.length), 1);
      return true;
    }
    if (packEvents > 0) packBytes = packed.writeUInt8(lineFeed, packBytes);
    packed.set(event, packBytes);
    packBytes += event.length;
    packEvents += 1;
    if (packEvents >= pack) return send();
    linger ??= setTimeout(sendUnlessCrowded, lingerMs);
    return sentBefore;
  };

  const sendUnlessCrowded = () => {
    if (isCrowded()) linger = setTimeout(sendUnlessCrowded, lingerMs);
    else send();
  };

  const isCrowded = () => outstanding >= maxOutstanding || outstandingBytes >= maxOutstandingBytes;

  const send = (): true => {
    clearTimeout(linger);
    linger = undefined;
    if (packEvents > 0) sendMessage(packed.subarray(0, packBytes), packEvents);
    packBytes = 0;
    packEvents = 0;
    return true;
  };

  /** The bytes may change once it returns. */
  const sendMessage = (bytes: Buffer, events: number) => {
    if (failure !== undefined) return;
    const { data, attributes: encoding } = encode(bytes);
    const message = {
      data: data === bytes ? Buffer.from(bytes) : data,
      attributes: { ...attributes, ...encoding },
    };
    void publish(message, { events, bytes: bytes.length });
  };

  const publish = async (message: EncodedPayload, size: { events: number; bytes: number }) => {
    const isSettled = settle(size.events);
    outstanding += 1;
    outstandingBytes += size.bytes;
    try {
      await publisher.publishMessage(message);
      acknowledged.events += size.events;
      acknowledged.messages += 1;
      acknowledged.bytes += size.bytes;
      onProgress?.({ ...acknowledged });
      isSettled();
    } catch (error) {
      failure ??= new Error(`publishing to ${topic.name} failed: ${messageOf(error)}`, {
        cause: error,
      });
    }
    outstanding -= 1;
    outstandingBytes -= size.bytes;
    wake();
  };

  const settled = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  return {
    add,
    room: async () => {
      // A source that never waits must not keep the network and the signals from their turn.
      await nextTurn();
      while (isCrowded() && failure === undefined) await settled();
    },
    drain: async () => {
      send();
      while (outstanding > 0) await settled();
      if (failure !== undefined) throw failure;
    },
    hasFailed: () => failure !== undefined,
    acknowledged: () => acknowledged,
  };
}

/** Tells how many of the first events are acknowledged, as their messages may be in any order. */
function createOrder(onSettled: ((events: number) => void) | undefined) {
  const messages: { events: number; isDone: boolean }[] = [];
  let settled = 0;
  return (events: number) => {
    const message = { events, isDone: false };
    messages.push(message);
    return (): void => {
      message.isDone = true;
      if (messages[0]?.isDone !== true) return;
      while (messages[0]?.isDone === true) settled += messages.shift()?.events ?? 0;
      onSettled?.(settled);
    };
  };
}

/** The events until the signal aborts, even while the source is waiting for its next one. */
async function* untilAborted(
  events: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const iterator =
    Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  let wake = () => {};
  const onAbort = () => wake();
  signal?.addEventListener("abort", onAbort);
  try {
    while (signal?.aborted !== true) {
      const next = await new Promise<IteratorResult<Uint8Array> | undefined>((resolve, reject) => {
        wake = () => resolve(undefined);
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // Not awaited: a source that is waiting for its next event would not answer.
    Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

const asItIs = (data: Buffer): EncodedPayload => ({ data, attributes: {} });

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
