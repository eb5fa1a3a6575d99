import { parentPort } from "node:worker_threads";
import { init, runBaseTests, setupEnvironment } from "vitest/worker";

const port = parentPort;
if (port === null) throw new Error("this is a thread of kept-worker.ts");

type Listener = (message: unknown) => void;

/** Of the run before; whoever listens first, to what a run is asked for, stays. */
let listenerOfRun: Listener | undefined;
let isListening = false;

/** What a fault never ends, fails before Stryker would start another process. */
const soonMs = 3_000;

init({
  post: (message) => port.postMessage(message),
  on: (listener) => {
    if (isListening) {
      if (listenerOfRun !== undefined) port.off("message", listenerOfRun);
      listenerOfRun = listener;
    }
    isListening = true;
    port.on("message", listener);
  },
  off: (listener) => port.off("message", listener),
  setup: setupEnvironment,
  runTests: async (state, traces) => {
    const { ctx } = state;
    let isTold = false;
    const rpc = new Proxy(state.rpc, {
      get: (target, name) => {
        // The first test that fails says that no other needs to run.
        if (name === "onCancel") isTold = true;
        return Reflect.get(target, name);
      },
    });
    const patience = ctx.providedContext.mode === "mutant" ? { testTimeout: soonMs } : {};
    for (const file of ctx.files) {
      if (isTold) return;
      // No fault is planted while the next run loads its modules, and none is thought to be reached.
      Reflect.deleteProperty(globalThis, "__stryker__");
      const alone = {
        ...ctx,
        files: [file],
        config: { ...ctx.config, isolate: true, ...patience },
      };
      await runBaseTests("run", { ...state, rpc, ctx: alone }, traces);
    }
  },
  collectTests: (state, traces) => runBaseTests("collect", state, traces),
});
