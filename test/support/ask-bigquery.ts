import { BigQuery } from "@google-cloud/bigquery";
import { onTestFinished, vi } from "vitest";
import { type RestAnswer, type RestRequest, startRestServer } from "./start-rest-server.ts";

/** Google's client in front of a BigQuery that answers as told, and is asked once; until the test ends. */
export async function askBigquery(
  answer: RestAnswer,
): Promise<{ bigquery: BigQuery; requests: RestRequest[]; stop: () => Promise<void> }> {
  const server = await startRestServer(answer);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  // Takes the place of the whole address, and needs no credentials.
  vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.url);
  const bigquery = new BigQuery({ projectId: "demo", autoRetry: false, maxRetries: 0 });
  return { bigquery, requests: server.requests, stop: server.stop };
}
