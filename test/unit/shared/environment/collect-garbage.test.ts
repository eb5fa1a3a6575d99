import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage } from "../../../../shared/environment/collect-garbage.ts";

test.each(["the first time", "again"])("what nobody holds is gone at once: %s", async () => {
  const released = new WeakRef({});
  // Until the end of its turn of the event loop, it is held.
  await setImmediate();
  collectGarbage();
  expect(released.deref()).toBeUndefined();
});
