import { defineConfig } from "vitest/config";
import { keptWorker } from "./kept-worker.ts";

/** What stands before every server of its process from then on needs a thread for each file. */
const leavesBehind = process.env.MUTATED_FOLDER === "shared/environment";

/** The unit tests that mirror the folder whose faults are planted. */
export default defineConfig({
  plugins: [
    {
      name: "keep-worker",
      // Stryker has a pool of its own in mind.
      configureVitest: ({ project }) => {
        project.config.pool = keptWorker.name;
        project.config.poolRunner = keptWorker;
        project.config.isolate = leavesBehind;
      },
    },
  ],
  test: {
    include: [`test/unit/${process.env.MUTATED_FOLDER}/**/*.test.ts`],
    env: { METADATA_SERVER_DETECTION: "none", TZ: "Asia/Kathmandu" },
    setupFiles: ["test/mutate/leave-real-timers.ts"],
    isolate: leavesBehind,
    // Code that counts what is reached is slower, and Stryker ends what does not end.
    testTimeout: 60_000,
  },
});
