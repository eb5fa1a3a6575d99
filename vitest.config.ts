import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { patienceMs } from "./test/support/wait-until.ts";

// The tests start many processes of the same few programs: each is compiled once.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled");

/**
 * One after the other, because a process serves one of them: for another one a new process loads all anew.
 * Most of what takes long is in the first, and the shortest files are in the last.
 */
const projectOrder = ["processes", "alone", "functions"];

/** Twenty seconds of CPU each and more, in the order in which both cores have the most to do. */
const longest = [
  "integration/readme",
  "simulation/simulation",
  "simulation/planted-faults",
  "integration/dashboard-page",
  "integration/end-to-end",
  "integration/three-ways",
  "integration/new-function",
  "integration/log-canaries",
  "integration/replay",
  "conformance/turnstiles",
  "unit/terraform/rehearsal",
  "integration/",
];

/** What takes long comes first, so that no core is idle at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const found = longest.findIndex((path) => moduleId.includes(`/test/${path}`));
      const inProject = found === -1 ? longest.length : found;
      return projectOrder.indexOf(project.name) * (longest.length + 1) + inProject;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** What stands before every server of its process from then on, changes its modules, or measures its memory. */
const alone = [
  "test/unit/shared/environment/{bound-requests,stand-before,take-calls,take-messages}.test.ts",
  "test/unit/shared/environment/{collect-garbage,leave-domains}.test.ts",
  "test/conformance/webhook-signatures.test.ts",
  "test/integration/local-pubsub.test.ts",
  "test/simulation/redrive-after-fix.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      {
        extends: true,
        // They leave nothing behind: files share a process, and what it has loaded and compiled.
        test: {
          name: "functions",
          include: ["test/{property,unit}/**/*.test.ts"],
          exclude: alone,
          isolate: false,
        },
      },
      {
        extends: true,
        // With Google's clients and a database loaded, of which the unit tests need nothing.
        test: {
          name: "processes",
          include: ["test/!(property|unit)/**/*.test.ts"],
          exclude: alone,
          isolate: false,
          setupFiles: ["test/support/restore-environment.ts"],
        },
      },
    ],
    env: {
      // Google's clients would look for a metadata server on the network.
      METADATA_SERVER_DETECTION: "none",
      // Hours are UTC wherever the machine is: here it is 5:45 ahead.
      TZ: "Asia/Kathmandu",
    },
    // As many files at once as there are cores, not one fewer: most of them wait for processes.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    globalSetup: ["test/support/build-once.ts"],
    // Files that start processes take their time when they share the cores.
    expect: { poll: { timeout: patienceMs } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
