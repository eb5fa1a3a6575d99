import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionManifest } from "../../shared/manifest/function-manifest.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { runFunction } from "../local-cloud/run-function.ts";
import { processCpuMs } from "../support/process-usage.ts";
import { buildUnbundled } from "./build-unbundled.ts";
import { type Effort, held, type Measurement, roundsOf } from "./measurement.ts";

const root = join(import.meta.dirname, "../..");
const rounds = 5;

const environment = {
  GOOGLE_CLOUD_PROJECT: "bench-project",
  BIGQUERY_DATASET: "hourtally",
  PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
  BIGQUERY_WRITE_ENDPOINT: "http://127.0.0.1:1",
  METADATA_SERVER_DETECTION: "none",
};

/**
 * From the start of a function's process to its first answer, for each bundle by the clock; and its CPU
 * beside that of the same function with its packages in `node_modules`, in turns.
 */
export async function benchColdStart(effort: Effort): Promise<Measurement[]> {
  await ensureBuilt();
  const folder = await mkdtemp(join(tmpdir(), "hourtally-bench-"));
  const measurements: Measurement[] = [];
  try {
    for (const manifest of await readManifests()) {
      const unbundled = await buildUnbundled(manifest.name, folder);
      const starts: { ours: Start; theirs: Start }[] = [];
      for (let round = 0; round < roundsOf(effort, rounds); round++) {
        starts.push({
          ours: await start(manifest, folder),
          theirs: await start(manifest, folder, unbundled),
        });
      }
      const of = manifest.name;
      measurements.push(
        held(
          "cold start",
          starts.map(({ ours }) => ours.ms),
          { of },
        ),
        held(
          "cold start, bundled to unbundled",
          starts.map(({ ours, theirs }) => ours.cpuMs / theirs.cpuMs),
          { of },
        ),
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return measurements;
}

type Start = { ms: number; cpuMs: number };

async function start(
  manifest: FunctionManifest,
  folder: string,
  bundle = join(root, "dist", manifest.name),
): Promise<Start> {
  const buckets = Object.keys(manifest.buckets).map((variable) => [variable, "bench-bucket"]);
  const startedAt = performance.now();
  const running = await runFunction(manifest, {
    environment: { ...environment, ...Object.fromEntries(buckets) },
    logDirectory: folder,
    bundle,
  });
  const answer = await fetch(running.url, { method: "POST", body: "" });
  await answer.arrayBuffer();
  const ms = performance.now() - startedAt;
  const cpuMs = processCpuMs(running.pid());
  await running.stop();
  return { ms, cpuMs };
}
