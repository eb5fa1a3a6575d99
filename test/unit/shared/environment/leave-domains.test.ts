import domain from "node:domain";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { leaveDomains } from "../../../../shared/environment/leave-domains.ts";

/** Node's hook notes on each promise the domain that it was made in. */
const followsPromises = () => Object.hasOwn(Promise.resolve(), "domain");

test("a request runs, and no hook follows its promises", async () => {
  const { create } = domain;
  try {
    leaveDomains();
    const requested = promisify((answer: (error: null, followed: boolean) => void) => {
      // As the functions framework does it.
      const one = domain.create();
      one.on("error", () => undefined);
      one.run(() => process.nextTick(() => answer(null, followsPromises())));
    });
    expect(await requested()).toBe(false);
    expect(process).toHaveProperty("domain.bind", expect.any(Function));
  } finally {
    Object.assign(domain, { create });
  }
});

test("else a hook would follow them", async () => {
  const followed = await new Promise<boolean>((resolve) => {
    domain.create().run(() => process.nextTick(() => resolve(followsPromises())));
  });
  expect(followed).toBe(true);
});
