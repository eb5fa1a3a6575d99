/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const retryCodes = [1, 2, 4, 8, 10, 13, 14];

/**
 * Retry settings of Google's client for a publish that gives up after `totalTimeoutMs`. The
 * client's own limit is ten minutes, and a plain `timeout` does not shorten it.
 */
export function publishRetry(totalTimeoutMs: number) {
  const backoffSettings = {
    initialRetryDelayMillis: 100,
    retryDelayMultiplier: 2,
    maxRetryDelayMillis: 5_000,
    initialRpcTimeoutMillis: totalTimeoutMs,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: totalTimeoutMs,
    totalTimeoutMillis: totalTimeoutMs,
  };
  return { retry: { retryCodes, backoffSettings } };
}
