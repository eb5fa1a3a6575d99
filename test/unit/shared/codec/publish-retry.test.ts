import { expect, test } from "vitest";
import { publishRetry } from "../../../../shared/codec/publish-retry.ts";

test("a publish is tried again, doubling the wait up to 5 s, until its whole time is over", () => {
  expect(publishRetry(30_000)).toEqual({
    retry: {
      // https://grpc.io/docs/guides/status-codes
      retryCodes: [1, 2, 4, 8, 10, 13, 14],
      backoffSettings: {
        initialRetryDelayMillis: 100,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: 5_000,
        initialRpcTimeoutMillis: 30_000,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: 30_000,
        totalTimeoutMillis: 30_000,
      },
    },
  });
});
