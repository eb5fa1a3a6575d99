import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Most files wait for processes: as many at once as there are cores, not one fewer.
    maxWorkers: "100%",
    globalSetup: ["test/support/build-once.ts"],
    // Files that start processes take their time when two of them share two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
