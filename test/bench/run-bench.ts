import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { type BenchRun, judge } from "./bench-report.ts";
import { benches } from "./benches.ts";
import { type Effort, measurement } from "./measurement.ts";

/** What stops in order has so long for it. */
const patienceMs = 5_000;
const toldLines = 5;

/**
 * Runs one benchmark in a process of its own, with a temporary folder of its own: no figure depends on
 * what ran before, and nothing of it is left behind, even when `signal` ends it.
 */
export async function runBench(
  name: string,
  effort: Effort,
  signal: AbortSignal,
): Promise<BenchRun> {
  const folder = await mkdtemp(join(tmpdir(), "hourtally-bench-"));
  const startedAt = performance.now();
  const child = fork(import.meta.filename, [name, effort.quick ? "quick" : "full"], {
    env: { ...process.env, TMPDIR: folder },
    // Its children are in its group, and a Ctrl-C is for this process alone.
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const group = -(child.pid ?? 0);
  let measured: unknown;
  child.on("message", (message) => {
    measured = message;
  });
  const stop = () => {
    killGroup(group, "SIGTERM");
    setTimeout(() => killGroup(group, "SIGKILL"), patienceMs).unref();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const [said, [code]] = await Promise.all([
      child.stderr === null ? "" : text(child.stderr),
      once(child, "exit"),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const figures = z.array(measurement).safeParse(measured);
    if (figures.success) return { name, seconds, figures: figures.data.map(judge) };
    return { name, seconds, figures: [], failure: lastLines(said) || `it ended with ${code}` };
  } finally {
    signal.removeEventListener("abort", stop);
    killGroup(group, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch {
    // Nobody is left in it.
  }
}

const lastLines = (said: string): string => said.trim().split("\n").slice(-toldLines).join(" ");

/** In the child: the exit hooks of what it started run, whoever ends it. */
async function measure([name = "", effort]: readonly string[]): Promise<void> {
  process.once("SIGTERM", () => process.exit(143));
  process.once("disconnect", () => process.exit(1));
  try {
    const bench = await benches[name]?.load();
    const measured = await bench?.({ quick: effort === "quick" });
    process.send?.(measured, () => process.exit());
  } catch (error) {
    console.error(describeError(error));
    process.exit(1);
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}

if (import.meta.main) await measure(process.argv.slice(2));
