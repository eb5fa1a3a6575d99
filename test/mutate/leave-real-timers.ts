import { afterAll, vi } from "vitest";

// A test that tells a fault may end before it gives the timers back, which the runner needs, too.
afterAll(() => {
  vi.useRealTimers();
});
