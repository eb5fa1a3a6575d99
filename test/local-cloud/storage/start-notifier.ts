import type { PendingNotification } from "./catalog-schema.ts";

/** 100 ms, doubled up to 10 s: the twelve attempts end about a minute after the first. */
const attempts = 12;
const firstDelayMs = 100;
const longestDelayMs = 10_000;

export type NotifierPorts = {
  publish: (topic: string, data: Uint8Array, attributes: Record<string, string>) => Promise<void>;
  /** Records that a notification need not be sent again. */
  published: (id: string) => void;
  /** Waits, or returns early when the signal fires. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told when a notification is left for the next start. */
  gaveUp: (notification: PendingNotification, error: unknown) => void;
};

/**
 * Sends notifications in the background, at least once: one that the topic refuses is tried again
 * with growing pauses, and after the last attempt stays pending until the server starts again.
 */
export function startNotifier(ports: NotifierPorts) {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  function send(notifications: Iterable<PendingNotification>): void {
    for (const notification of notifications) {
      const sending = sendOne(notification).finally(() => running.delete(sending));
      running.add(sending);
    }
  }

  async function sendOne(notification: PendingNotification): Promise<void> {
    const { topic, attributes } = notification;
    let delayMs = firstDelayMs;
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await ports.publish(topic, Buffer.from(notification.data), attributes);
        ports.published(notification.id);
        return;
      } catch (error) {
        if (attempt === attempts) {
          ports.gaveUp(notification, error);
          return;
        }
        await ports.sleep(delayMs, stopping.signal);
        delayMs = Math.min(delayMs * 2, longestDelayMs);
      }
    }
  }

  return {
    send,
    /** Ends the pauses and waits for what is being published, at most `graceMs`. */
    stop: async (graceMs: number): Promise<void> => {
      stopping.abort();
      const grace = new AbortController();
      await Promise.race([Promise.all(running), ports.sleep(graceMs, grace.signal)]);
      grace.abort();
    },
  };
}
