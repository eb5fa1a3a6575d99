import { buildFunctions } from "../local-cloud/build-functions.ts";
import { UserError } from "../producer/user-error.ts";
import { helpText, parseOptions } from "./parse-options.ts";
import { renderReport } from "./render-report.ts";
import { runChaos } from "./run-chaos.ts";
import { showProgress } from "./show-progress.ts";

const network = { everyMs: 2_000, maxStallMs: 2_000, longStalls: 0.02 };
const maxPauseMs = 300;
const interruptedCode = 130;
/** npm passes on the signal that the terminal has sent already: not a second Ctrl-C. */
const sameSignalMs = 1_000;

/** The exit code; every failure has been told by then. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      process.stdout.write(helpText);
      return 0;
    }
    const signal = listenForInterruption();
    process.stderr.write("Building the functions and starting the local cloud …\n");
    await buildFunctions();
    const { json, ...run } = options;
    const progress = showProgress(run.events);
    const report = await runChaos(
      { ...run, network, maxPauseMs },
      { signal, onProgress: progress.update },
    ).finally(progress.stop);
    if (report === undefined) return interruptedCode;
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : renderReport(report));
    return report.holds ? 0 : 1;
  } catch (error) {
    process.stderr.write(`chaos: ${describe(error)}\n`);
    return 1;
  }
}

/** The first signal ends the run in order; another one, later, ends the program at once. */
function listenForInterruption(): AbortSignal {
  const interrupted = new AbortController();
  let interruptedAt = 0;
  for (const name of ["SIGINT", "SIGTERM"]) {
    process.on(name, () => {
      if (interrupted.signal.aborted && performance.now() - interruptedAt > sameSignalMs) {
        process.exit(interruptedCode);
      }
      if (!interrupted.signal.aborted) interruptedAt = performance.now();
      interrupted.abort();
    });
  }
  return interrupted.signal;
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  return messages.join(": ") || String(error);
}

// What a failed start has left behind must not keep the process.
process.exit(await main(process.argv.slice(2)));
