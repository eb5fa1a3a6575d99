import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Most files wait for processes that they started: one more at once than there are cores.
    maxWorkers: availableParallelism() + 1,
    globalSetup: ["test/support/build-once.ts"],
    // Files that start processes take their time when they share the cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
