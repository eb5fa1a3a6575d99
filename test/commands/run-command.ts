import { UserError } from "../producer/user-error.ts";

const interruptedCode = 130;

/**
 * Runs a command until it ends or Ctrl-C aborts its signal. What a person did wrong is told without
 * a stack. Exit codes: 0 done, 1 a failure, 130 interrupted.
 */
export async function runCommand(
  name: string,
  command: (args: string[], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  try {
    await command(process.argv.slice(2), interrupted.signal);
    if (interrupted.signal.aborted) process.exitCode = interruptedCode;
  } catch (error) {
    process.exitCode = interrupted.signal.aborted ? interruptedCode : 1;
    process.stderr.write(`${name}: ${describe(error)}\n`);
  }
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  return messages.join(": ") || String(error);
}
