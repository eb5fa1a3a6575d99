import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-once.ts"],
    // Files that start processes take their time when two of them share two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
