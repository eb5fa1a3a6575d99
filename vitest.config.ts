import { join } from "node:path";
import { defineConfig } from "vitest/config";

// The tests start many processes of the same few programs: each is compiled once.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // As many files at once as there are cores, not one fewer: most of them wait for processes.
    maxWorkers: "100%",
    globalSetup: ["test/support/build-once.ts"],
    // Files that start processes take their time when they share the cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
