import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";

/** An HTTP function in a process of its own under the functions framework. */
export type RunningWebhook = {
  url: string;
  /** All that it wrote to stdout and stderr. */
  log: () => string;
  hasExited: () => boolean;
  /** Most memory that it ever had resident, bytes. Linux only. */
  peakResidentBytes: () => Promise<number>;
  /** Time that its process has had a core for, seconds. Linux only. */
  cpuSeconds: () => Promise<number>;
  stop: () => Promise<void>;
};

const root = join(import.meta.dirname, "../..");
const framework = "@google-cloud/functions-framework";
/** USER_HZ of Linux, whatever the kernel's own. */
const ticksPerSecond = 100;
const bundles = new Map<string, Promise<string>>();

/**
 * Bundles `receive-webhook` as it is deployed, and serves it. Another file that registers `target`
 * is served in the same way, so that a benchmark can compare.
 */
export async function startWebhook(options: {
  environment: Record<string, string>;
  entryPoint?: string;
  target?: string;
}): Promise<RunningWebhook> {
  const { entryPoint = join(root, "functions/receive-webhook/index.ts") } = options;
  const bundle = bundles.get(entryPoint) ?? bundleFunction(entryPoint);
  bundles.set(entryPoint, bundle);
  const cwd = await bundle;
  const port = await freePort();
  const main = join(root, "node_modules", framework, "build/src/main.js");
  const child = spawn(process.execPath, [main], {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      PORT: String(port),
      // Without it Google's client looks for a metadata server and warns that there is none.
      METADATA_SERVER_DETECTION: "none",
      FUNCTION_TARGET: options.target ?? "receive-webhook",
      FUNCTION_SIGNATURE_TYPE: "http",
      ...options.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const keep = (chunk: Buffer) => {
    log += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const stop = async () => {
    process.off("exit", killWithUs);
    if (hasExited()) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url, hasExited);
  } catch (error) {
    await stop();
    throw new Error(`the function does not start: ${log}`, { cause: error });
  }
  return {
    url,
    log: () => log,
    hasExited,
    stop,
    peakResidentBytes: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    },
    cpuSeconds: async () => {
      const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
      // Fields 14 and 15, user and system time in ticks; the second is a name in brackets.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
  };
}

/** The folder of the bundle, which is removed when this process ends. */
async function bundleFunction(entryPoint: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hourtally-function-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"main":"index.js"}');
  await build({
    entryPoints: [entryPoint],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    external: [framework],
    logLevel: "warning",
  });
  return folder;
}

async function answers(url: string, hasExited: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1_000 && !hasExited(); attempt++) {
    try {
      await fetch(url, { method: "HEAD" });
      return;
    } catch {
      await delay(20);
    }
  }
  throw new Error("no answer");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
