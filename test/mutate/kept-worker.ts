import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { PoolRunnerInitializer, PoolWorker } from "vitest/node";

/**
 * Runs every fault in the same thread, with the project's own modules evaluated afresh: most of the
 * time of a run would go into starting a thread and loading the packages.
 */
export const keptWorker: PoolRunnerInitializer = {
  name: "kept",
  createPoolWorker: ({ env, execArgv, project }): PoolWorker => {
    const { isolate } = project.config;
    const open = () => new Worker(join(import.meta.dirname, "run-afresh.ts"), { env, execArgv });
    if (!isolate) thread ??= open();
    const kept = thread ?? open();
    kept.unref();
    const listeners: [event: string, listener: (...args: unknown[]) => void][] = [];
    return {
      name: "kept",
      on: (event, listener) => {
        kept.on(event, listener);
        listeners.push([event, listener]);
      },
      off: (event, listener) => kept.off(event, listener),
      send: (message) => kept.postMessage(message),
      deserialize: (message) => message,
      start: async () => kept.ref(),
      stop: async () => {
        for (const [event, listener] of listeners) kept.off(event, listener);
        kept.unref();
        if (isolate) await kept.terminate();
      },
    };
  },
};

let thread: Worker | undefined;

// A fault that never ends would keep this process when nobody waits for it any more.
process.once("disconnect", () => process.exit());
