import { defineConfig } from "vitest/config";

/** The unit tests that mirror the folder whose faults are planted. */
export default defineConfig({
  test: {
    include: [`test/unit/${process.env.MUTATED_FOLDER}/**/*.test.ts`],
    env: { METADATA_SERVER_DETECTION: "none", TZ: "Asia/Kathmandu" },
  },
});
