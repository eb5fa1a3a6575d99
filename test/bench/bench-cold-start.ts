import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { FunctionManifest } from "../../shared/manifest/function-manifest.ts";
import { buildFunctions } from "../../terraform/build-functions.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { runFunction } from "../local-cloud/run-function.ts";
import { processCpuMs } from "../support/process-usage.ts";
import { type Effort, held, type Measurement, roundsOf } from "./measurement.ts";

const root = join(import.meta.dirname, "../..");
const rounds = 5;

const environment = {
  GOOGLE_CLOUD_PROJECT: "bench-project",
  BIGQUERY_DATASET: "hourtally",
  LANDING_BUCKET: "bench-bucket",
  PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
  BIGQUERY_WRITE_ENDPOINT: "http://127.0.0.1:1",
  METADATA_SERVER_DETECTION: "none",
};

/**
 * From the start of a function's process to its first answer, for each bundle by the clock; and its CPU
 * beside that of the same function with its packages in `node_modules`, in turns.
 */
export async function benchColdStart(effort: Effort): Promise<Measurement[]> {
  await buildFunctions();
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
  const startedAt = performance.now();
  const running = await runFunction(manifest, { environment, logDirectory: folder, bundle });
  const answer = await fetch(running.url, { method: "POST", body: "" });
  await answer.arrayBuffer();
  const ms = performance.now() - startedAt;
  const cpuMs = processCpuMs(running.pid());
  await running.stop();
  return { ms, cpuMs };
}

/** Our own files as JavaScript, all packages where npm has put them. */
async function buildUnbundled(name: string, folder: string): Promise<string> {
  const bundle = join(folder, name);
  await mkdir(bundle);
  await build({
    entryPoints: [join(root, "functions", name, "index.ts")],
    outfile: join(bundle, "index.js"),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node24",
    format: "cjs",
    logLevel: "error",
  });
  await writeFile(join(bundle, "package.json"), '{"main":"index.js"}');
  await symlink(join(root, "node_modules"), join(bundle, "node_modules"));
  await symlink(join(root, "dist", name, "page"), join(bundle, "page"));
  return bundle;
}
