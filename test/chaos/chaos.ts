import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { helpText, parseOptions } from "./parse-options.ts";
import { renderReport } from "./render-report.ts";
import { runChaos } from "./run-chaos.ts";
import { showProgress } from "./show-progress.ts";

const network = { everyMs: 2_000, maxStallMs: 2_000, longStalls: 0.02 };
const maxPauseMs = 300;

/** Resolves with the exit code; undefined when it was interrupted. */
async function chaos(args: string[], listen: () => AbortSignal): Promise<number | undefined> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stdout.write(helpText);
    return 0;
  }
  const signal = listen();
  process.stderr.write("Building the functions and starting the local cloud …\n");
  await ensureBuilt();
  const { json, ...run } = options;
  const progress = showProgress(run.events);
  const report = await runChaos(
    { ...run, network, maxPauseMs },
    { signal, onProgress: progress.update },
  ).finally(progress.stop);
  if (report === undefined) return undefined;
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : renderReport(report));
  return report.holds ? 0 : 1;
}

if (import.meta.main) await runCommand("chaos", chaos);
