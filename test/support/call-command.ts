import { vi } from "vitest";
import { attemptCommand, type Command } from "../../terraform/operate/cli/run-command.ts";
import type { CommandResult } from "./run-command.ts";

/**
 * Runs a command of `terraform/operate/` as `runCommand` does, but in this process, which has loaded
 * Google's clients already: for tests of what it does, and not of how its process ends.
 */
export async function callCommand(
  name: string,
  command: Command,
  args: readonly string[],
  environment: Record<string, string> = {},
  /** Ctrl-C comes when it aborts. */
  signal: AbortSignal = new AbortController().signal,
): Promise<CommandResult> {
  const before = { ...process.env };
  const output = { stdout: "", stderr: "" };
  const keep = (stream: keyof typeof output) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      output[stream] += String(text);
      return true;
    });
  const spies = [keep("stdout"), keep("stderr")];
  Object.assign(process.env, environment);
  try {
    const exitCode = () => (signal.aborted ? 130 : undefined);
    const interruption = { listen: () => signal, exitCode };
    return { code: await attemptCommand(name, command, [...args], interruption), ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
    // It sets where Google's clients are to go.
    for (const variable of Object.keys(process.env)) delete process.env[variable];
    Object.assign(process.env, before);
  }
}
