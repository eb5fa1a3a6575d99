import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunctions } from "../../terraform/build-functions.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { runFunction } from "../local-cloud/run-function.ts";
import { atMost, type Measurement, median } from "./measurement.ts";

const rounds = 5;

/** From the start of a function's process to its first answer, for each bundle. */
export async function benchColdStart(): Promise<Measurement[]> {
  await buildFunctions();
  const folder = await mkdtemp(join(tmpdir(), "hourtally-bench-"));
  const environment = {
    GOOGLE_CLOUD_PROJECT: "bench-project",
    BIGQUERY_DATASET: "hourtally",
    LANDING_BUCKET: "bench-bucket",
    PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
    BIGQUERY_WRITE_ENDPOINT: "http://127.0.0.1:1",
    METADATA_SERVER_DETECTION: "none",
  };
  const measurements: Measurement[] = [];
  try {
    for (const manifest of await readManifests()) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const startedAt = performance.now();
        const running = await runFunction(manifest, { environment, logDirectory: folder });
        const answer = await fetch(running.url, { method: "POST", body: "" });
        await answer.arrayBuffer();
        times.push(performance.now() - startedAt);
        await running.stop();
      }
      measurements.push(atMost(`cold start of ${manifest.name}`, median(times), 500, "ms"));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return measurements;
}
