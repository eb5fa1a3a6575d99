import { readFileSync } from "node:fs";
import { guardOutput } from "./guard-output.ts";
import { UserError } from "./user-error.ts";

/**
 * What a command does with its arguments. It resolves with its exit code, if that is not 0. From the
 * call of `listen` on, Ctrl-C aborts the signal, and the command ends in its own way; before, and
 * without, it ends at once.
 */
export type Command = (
  args: string[],
  listen: () => AbortSignal,
) => Promise<number | undefined> | Promise<void>;

const interruptedCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const wrongArgumentCode = 2;
const failureCode = 1;
/** npm passes on the signal that the terminal has sent already: not a second Ctrl-C. */
const sameSignalMs = 1_000;
const lookForParentMs = 500;

/**
 * Runs a command and ends the process, whatever a command that failed has left open. An error is told
 * with its causes and without a stack. Exit codes: 0 done, 1 a failure, 2 a wrong argument (a
 * `UserError`), 130 interrupted (143 by SIGTERM, 129 by a terminal that closes), unless the command resolves with another.
 */
export async function runCommand(name: string, command: Command): Promise<void> {
  guardOutput();
  const code = await attemptCommand(name, command, process.argv.slice(2), createInterruption());
  // What is still on its way to a pipe would be cut off.
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  process.exit(code);
}

/** The exit code with which `runCommand` ends; what it prints is printed. */
export async function attemptCommand(
  name: string,
  command: Command,
  args: string[],
  interruption: Interruption,
): Promise<number> {
  try {
    const own = await command(args, interruption.listen);
    return own ?? interruption.exitCode() ?? 0;
  } catch (error) {
    process.stderr.write(`${name}: ${describe(error)}\n`);
    const isWrongArgument = error instanceof UserError;
    return interruption.exitCode() ?? (isWrongArgument ? wrongArgumentCode : failureCode);
  }
}

type Interruption = {
  listen: () => AbortSignal;
  exitCode: () => number | undefined;
};

/** The first signal aborts; another one, later, ends the program at once. */
function createInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let interruptedAt = 0;
  const listenTo = (name: keyof typeof interruptedCodes) =>
    process.on(name, () => {
      if (exitCode === undefined) interruptedAt = performance.now();
      else if (performance.now() - interruptedAt > sameSignalMs) process.exit(exitCode);
      exitCode ??= interruptedCodes[name];
      controller.abort();
    });
  /** npm that is told to end does not tell whom it has started. */
  const watchParent = () => {
    if (process.env.npm_lifecycle_event === undefined) return;
    const before = describeParents();
    const timer = setInterval(() => {
      if (describeParents() === before) return;
      clearInterval(timer);
      exitCode ??= interruptedCodes.SIGTERM;
      controller.abort();
    }, lookForParentMs).unref();
  };
  const listen = () => {
    watchParent();
    listenTo("SIGHUP");
    listenTo("SIGINT");
    listenTo("SIGTERM");
    return controller.signal;
  };
  return { listen, exitCode: () => exitCode };
}

/** Our parent, and where that is the shell that npm has started, npm: which may be killed alone. */
function describeParents(): string {
  const parent = process.ppid;
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, "utf8");
    // The name, in parentheses, may hold spaces: its state and its parent follow.
    const [, name = "", grandparent = ""] = /\((.*)\) \S (\d+)/.exec(stat) ?? [];
    return shells.has(name) ? `${grandparent} ${parent}` : String(parent);
  } catch {
    // Without /proc only a shell that ends with npm tells.
    return String(parent);
  }
}

const shells = new Set(["sh", "dash", "bash", "ash", "zsh"]);

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  const described = messages.join(": ") || String(error);
  return fullDisk.test(described)
    ? `${described}\nThe disk is full: make room, then run it again.`
    : described;
}

/** As Node says it, and DuckDB. */
const fullDisk = /ENOSPC|no space left on device/i;
