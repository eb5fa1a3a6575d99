import { measurePayload } from "../codec/measure-payload.ts";
import { parsePubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import { boundRequests } from "./bound-requests.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { createGate } from "./create-gate.ts";
import { describeError } from "./describe-error.ts";
import { leaveDomains } from "./leave-domains.ts";

type ErrorLog = { error: (details: object, message: string) => void };

/** 10 MB in base64, and 100 attributes of 1,280 bytes, each of which JSON may write in six. */
const mostRequestBytes = 15_000_000;
/** Of the data of all larger messages at once, when it is decompressed: one of the largest. */
const roomBytes = 10_000_000;
const alwaysInBytes = 64 * 1024;
/** What the envelope of such a message leaves behind, and then its handling, is worth the time to collect it. */
const garbageBytes = 4_000_000;

/**
 * What each function whose trigger is a topic wraps its handler in: as many messages are handled at
 * once as memory has room for, by their bytes with and without compression, and others wait. Why one
 * fails is logged, of which the platform only tells that it did: it is not acknowledged and will be
 * redelivered.
 */
export function takeMessages(
  log: ErrorLog,
  handle: (event: unknown) => Promise<void>,
): (event: unknown) => Promise<void> {
  leaveDomains();
  boundRequests({ mostBytes: mostRequestBytes, undeclared: "largest", isRaw: false });
  return logged(log, bounded(handle));
}

type Handle = (event: unknown) => Promise<void>;

function bounded(handle: Handle): Handle {
  const enter = createGate(roomBytes);
  return async (event) => {
    const bytes = measureEvent(event);
    if (bytes <= alwaysInBytes) return handle(event);
    let leave: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      leave = enter(bytes, resolve);
    });
    try {
      if (bytes >= garbageBytes) collectGarbage();
      await handle(event);
    } finally {
      if (bytes >= garbageBytes) collectGarbage();
      leave?.();
    }
  };
}

/** What is no message is a short notification, or wrong: its handler knows. */
function measureEvent(event: unknown): number {
  try {
    return measurePayload(parsePubsubDelivery(event));
  } catch {
    return 0;
  }
}

const logged =
  (log: ErrorLog, handle: Handle): Handle =>
  async (event) => {
    try {
      await handle(event);
    } catch (error) {
      log.error(describeError(error), "delivery failed, will be redelivered");
      throw error;
    }
  };
