import { expect } from "vitest";

/** Why something is refused; the test fails when it is not. */
export const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail("it was accepted"),
    (error: unknown) => error,
  );
