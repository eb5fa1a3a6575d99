/**
 * Bounds what is sent and not yet acknowledged: `send` resolves when there is room for more, and
 * rejects once anything has failed; `drain` resolves when everything is acknowledged, `settle` when
 * nothing is under way any more, whatever became of it.
 */
export type InFlight = {
  send: (bytes: number, work: () => Promise<unknown>) => Promise<void>;
  drain: () => Promise<void>;
  settle: () => Promise<void>;
};

/** At most `maxBytes` under way at a time; a single larger message goes alone. */
export function limitInFlight(maxBytes: number): InFlight {
  let underWay = 0;
  let failure: { cause: unknown } | undefined;
  let wake = Promise.withResolvers<void>();

  const leave = (bytes: number) => {
    underWay -= bytes;
    wake.resolve();
    wake = Promise.withResolvers();
  };

  const refuseAfterFailure = () => {
    if (failure !== undefined) throw new Error("publishing failed", failure);
  };

  const settle = async () => {
    while (underWay > 0) await wake.promise;
  };

  const send = async (bytes: number, work: () => Promise<unknown>) => {
    refuseAfterFailure();
    while (underWay > 0 && underWay + bytes > maxBytes) await wake.promise;
    refuseAfterFailure();
    underWay += bytes;
    void work()
      .catch((cause: unknown) => {
        failure ??= { cause };
      })
      .then(() => leave(bytes));
  };

  const drain = async () => {
    await settle();
    refuseAfterFailure();
  };

  return { send, drain, settle };
}
