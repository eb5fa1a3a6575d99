import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type FunctionManifest, triggersOf } from "../../shared/manifest/function-manifest.ts";
import { bundleFramework } from "./bundle-framework.ts";

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
const stayOnThisMachine = join(import.meta.dirname, "stay-on-this-machine.cjs");
const startTimeoutMs = 30_000;
const maxFirstStarts = 3;
/** What a function that listens tells. */
const address = z.object({ port: z.int().positive() });
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
  await mkdir(options.logDirectory, { recursive: true });
  const framework = await bundleFramework();
  const log = createWriteStream(join(options.logDirectory, `${manifest.name}.log`));
  // A full disk costs log lines, never messages.
  log.on("error", () => {});
  const keep = (lines: Buffer | string) => {
    if (log.writable && log.writableLength < maxHeldLogBytes) log.write(lines);
  };
  const environment = {
    ...runtimeEnvironment,
    ...options.environment,
    ...platformEnvironment(manifest),
  };
  const announced = Promise.withResolvers<number>();
  /** Any that is free at first, and then the same. */
  let port = 0;
  let isStopping = false;
  let restarts = 0;
  let child: ChildProcess | undefined;

  const start = () => {
    const started: ChildProcess = spawn(
      process.execPath,
      // The warning is of compile-once.cjs, and would be in every log.
      ["--disable-warning=ExperimentalWarning", "--require", stayOnThisMachine, framework],
      {
        cwd: options.bundle ?? join(root, "dist", manifest.name),
        env: { ...environment, PORT: String(port) },
        stdio: ["pipe", "pipe", "pipe", "ipc"],
        // A Ctrl-C is for the local cloud, which then stops its functions in order.
        detached: true,
      },
    );
    started.stdout?.on("data", keep);
    started.stderr?.on("data", keep);
    // The start-up probe of Cloud Run, too, asks whether something listens.
    started.once("message", (told) => announced.resolve(address.parse(told).port));
    const startAgain = () => {
      child = undefined;
      if (isStopping) return;
      restarts += 1;
      if (restarts >= maxFirstStarts) announced.reject(new Error("it ends by itself"));
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

  const kill = () => void child?.kill("SIGKILL");
  killWithUs(kill);
  start();
  const tooLate = setTimeout(() => {
    announced.reject(new Error(`nothing listens after ${startTimeoutMs} ms`));
  }, startTimeoutMs);
  try {
    port = await announced.promise;
  } catch (cause) {
    isStopping = true;
    child?.kill("SIGKILL");
    const message = `function ${manifest.name} does not start: see ${String(log.path)}`;
    throw new Error(message, { cause });
  } finally {
    clearTimeout(tooLate);
  }
  return {
    name: manifest.name,
    url: `http://127.0.0.1:${port}`,
    pid: () => child?.pid,
    restarts: () => restarts,
    stop: async () => {
      isStopping = true;
      atExit.delete(kill);
      if (child !== undefined) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
      log.end();
    },
  };
}

const atExit = new Set<() => void>();
let isListening = false;

/** However this process ends by itself, no function outlives it. */
function killWithUs(kill: () => void): void {
  atExit.add(kill);
  if (isListening) return;
  isListening = true;
  // One listener for all: Node takes more than ten for a leak.
  process.once("exit", () => {
    for (const one of atExit) one();
  });
}

/** What Cloud Run sets for each instance. */
function platformEnvironment(
  manifest: Pick<FunctionManifest, "name" | "trigger">,
): Record<string, string> {
  const { PATH = "" } = process.env;
  return {
    PATH,
    K_SERVICE: manifest.name,
    K_REVISION: `${manifest.name}-local`,
    FUNCTION_TARGET: manifest.name,
    FUNCTION_SIGNATURE_TYPE: triggersOf(manifest).length > 0 ? "cloudevent" : "http",
  };
}
