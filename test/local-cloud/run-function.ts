import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type FunctionManifest, triggersOf } from "../../shared/manifest/function-manifest.ts";
import { connectOnce, freePort } from "./tcp-port.ts";

/** One function, running as it does in the cloud: its bundle under the functions framework. */
export type RunningFunction = {
  name: string;
  url: string;
  /** Of the process that serves now; undefined while it is being started again. */
  pid: () => number | undefined;
  /** How often the process has ended by itself or by a signal, and was started again. */
  restarts: () => number;
  stop: () => Promise<void>;
};

const root = join(import.meta.dirname, "../..");
const frameworkMain = join(
  root,
  "node_modules/@google-cloud/functions-framework/build/src/main.js",
);
const stayOnThisMachine = join(import.meta.dirname, "stay-on-this-machine.cjs");
const startTimeoutMs = 30_000;
const maxRestartDelayMs = 2_000;
/** What a disk that stalls leaves waiting; lines beyond are dropped. */
const maxHeldLogBytes = 16_000_000;
/** What Terraform sets for Node itself, with the reasons (terraform/modules/event-function). */
export const runtimeEnvironment = {
  /** Makes the framework print what it has to say as JSON lines, too. */
  LOG_EXECUTION_ID: "true",
  NODE_ENV: "production",
  NODE_OPTIONS: "--max-old-space-size=1024 --max-semi-space-size=16",
};

/** Starts a function and keeps it running, as the cloud does, until it is stopped. */
export async function runFunction(
  manifest: Pick<FunctionManifest, "name" | "trigger">,
  options: {
    environment: Record<string, string>;
    logDirectory: string;
    /** Folder of the bundle, where it is not the built one. */
    bundle?: string;
  },
): Promise<RunningFunction> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await mkdir(options.logDirectory, { recursive: true });
  const log = createWriteStream(join(options.logDirectory, `${manifest.name}.log`));
  // A full disk costs log lines, never messages.
  log.on("error", () => {});
  const keep = (lines: Buffer | string) => {
    if (log.writable && log.writableLength < maxHeldLogBytes) log.write(lines);
  };
  const environment = {
    ...runtimeEnvironment,
    ...options.environment,
    ...platformEnvironment(manifest, port),
  };
  let isStopping = false;
  let restarts = 0;
  let child: ChildProcess | undefined;

  const start = () => {
    const started: ChildProcess = spawn(
      process.execPath,
      ["--require", stayOnThisMachine, frameworkMain],
      {
        cwd: options.bundle ?? join(root, "dist", manifest.name),
        env: environment,
        stdio: ["pipe", "pipe", "pipe"],
        // A Ctrl-C is for the local cloud, which then stops its functions in order.
        detached: true,
      },
    );
    started.stdout?.on("data", keep);
    started.stderr?.on("data", keep);
    const startAgain = () => {
      child = undefined;
      if (isStopping) return;
      restarts += 1;
      setTimeout(() => isStopping || start(), Math.min(100 * restarts, maxRestartDelayMs));
    };
    started.once("exit", startAgain);
    // There is no process, and nothing else will be told of it.
    started.once("error", (error) => {
      keep(`${error.message}\n`);
      startAgain();
    });
    child = started;
  };

  const killWithUs = () => child?.kill("SIGKILL");
  process.once("exit", killWithUs);
  start();
  try {
    await listens(port, () => restarts);
  } catch (cause) {
    isStopping = true;
    child?.kill("SIGKILL");
    const message = `function ${manifest.name} does not start: see ${String(log.path)}`;
    throw new Error(message, { cause });
  }
  return {
    name: manifest.name,
    url,
    pid: () => child?.pid,
    restarts: () => restarts,
    stop: async () => {
      isStopping = true;
      process.off("exit", killWithUs);
      if (child !== undefined) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
      log.end();
    },
  };
}

/** What Cloud Run sets for each instance. */
function platformEnvironment(
  manifest: Pick<FunctionManifest, "name" | "trigger">,
  port: number,
): Record<string, string> {
  const { PATH = "", NODE_COMPILE_CACHE } = process.env;
  return {
    PATH,
    // Of our own machine: what is started often is compiled once.
    ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
    PORT: String(port),
    K_SERVICE: manifest.name,
    K_REVISION: `${manifest.name}-local`,
    FUNCTION_TARGET: manifest.name,
    FUNCTION_SIGNATURE_TYPE: triggersOf(manifest).length > 0 ? "cloudevent" : "http",
  };
}

/** Resolves when something listens: the start-up probe of Cloud Run, too, is a TCP connection. */
async function listens(port: number, restarts: () => number): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  let cause: unknown;
  while (Date.now() < deadline && restarts() < 3) {
    try {
      await connectOnce(port);
      return;
    } catch (error) {
      cause = error;
      await delay(20);
    }
  }
  throw new Error(`nothing listens on port ${port}`, { cause });
}
