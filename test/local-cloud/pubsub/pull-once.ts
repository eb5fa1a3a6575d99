import type { Consumer, Delivery, SubscriptionQueue } from "./create-subscription-queue.ts";
import { tooSmall } from "./rpc-error.ts";

export type PullRequest = {
  maxMessages: number;
  /** Do not wait when nothing is there. */
  returnImmediately: boolean;
  /** Resolves early, without messages, when the caller is gone. */
  cancelled: AbortSignal;
};

const largestPull = 1000;
const longestWaitMs = 20_000;

/**
 * Waits, a bounded time, for at least one message and takes up to `maxMessages`.
 * @throws RpcError INVALID_ARGUMENT for fewer than 1; the queue's reason when the subscription goes away.
 */
export function pullOnce(
  queue: SubscriptionQueue,
  request: PullRequest,
): Promise<readonly Delivery[]> {
  if (request.maxMessages < 1) throw tooSmall("max_messages", request.maxMessages, 1);
  let room = Math.min(request.maxMessages, largestPull);

  return new Promise((resolve, reject) => {
    const consumer: Consumer = {
      admit: () => room-- > 0,
      deliver: finish,
      release: () => {},
      end(reason) {
        clearTimeout(timer);
        reject(reason);
      },
    };
    const timer = setTimeout(finish, longestWaitMs, []);
    request.cancelled.addEventListener("abort", () => finish([]), { once: true });

    function finish(deliveries: readonly Delivery[]): void {
      clearTimeout(timer);
      queue.removeConsumer(consumer);
      resolve(deliveries);
    }

    queue.addConsumer(consumer);
    queue.dispatch();
    if (request.returnImmediately) finish([]);
  });
}
