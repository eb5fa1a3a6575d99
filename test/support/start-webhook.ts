import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";

/** `receive-webhook` in a process of its own under the functions framework. */
export type RunningWebhook = {
  url: string;
  /** All that it wrote to stdout and stderr. */
  log: () => string;
  hasExited: () => boolean;
  /** Most memory that it ever had resident, bytes. Linux only. */
  peakResidentBytes: () => Promise<number>;
  stop: () => Promise<void>;
};

const root = join(import.meta.dirname, "../..");
const framework = "@google-cloud/functions-framework";

/**
 * Bundles a function file as it is deployed and serves it. Any file that registers `target` will
 * do, so that a benchmark can serve its floor in the same way.
 */
export async function startWebhook(options: {
  environment: Record<string, string>;
  entryPoint?: string;
  target?: string;
}): Promise<RunningWebhook> {
  const { entryPoint = join(root, "functions/receive-webhook/index.ts") } = options;
  const folder = await mkdtemp(join(tmpdir(), "receive-webhook-"));
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
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [join(root, "node_modules", framework, "build/src/main.js")],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? "",
        PORT: String(port),
        FUNCTION_TARGET: options.target ?? "receive-webhook",
        FUNCTION_SIGNATURE_TYPE: "http",
        ...options.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
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
    if (!hasExited()) {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    }
    await rm(folder, { recursive: true });
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
  };
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
