import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

const root = join(import.meta.dirname, "../..");

export type CommandResult = { code: number | null; stdout: string; stderr: string };

/**
 * Runs a command of `terraform/operate/` as `npm run` does, in a process of its own, and kills it as soon
 * as `killWhen` says so.
 */
export async function runCommand(
  name: string,
  args: readonly string[],
  options: { environment?: Record<string, string>; killWhen?: () => Promise<boolean> } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [join(root, `terraform/operate/${name}.ts`), ...args], {
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const { killWhen } = options;
  while (killWhen !== undefined && child.exitCode === null) {
    if (await killWhen()) {
      child.kill("SIGKILL");
      break;
    }
    await delay(20);
  }
  const [stdout, stderr] = await outputs;
  await closed;
  return { code: child.exitCode, stdout, stderr };
}
