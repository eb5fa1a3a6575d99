import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PubSub } from "@google-cloud/pubsub";
import { type Bucket, Storage } from "@google-cloud/storage";
import { type LoadReport, loadReport } from "../../functions/load-object/load-report.v1.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { startStorage } from "../local-cloud/storage/start-storage.ts";
import { type CollectedMessage, collectMessages } from "./collect-messages.ts";
import { serveFunction } from "./serve-function.ts";

const projectId = "demo";
const topics = ["tweets", "turnstiles", "log-lines", "failed-events"];

/**
 * A landing bucket whose notifications reach `load-object`, which runs in a process of its own as
 * it is deployed, and topics that keep what is published.
 */
export async function startLanding(options: { keepMessages?: boolean } = {}) {
  const { keepMessages = true } = options;
  // Without it Google's clients look for a metadata server and warn that there is none.
  process.env.METADATA_SERVER_DETECTION = "none";
  const directory = mkdtempSync(join(tmpdir(), "hourtally-landing-"));
  const pubsub = await startPubsub();
  const client = new PubSub({ projectId, apiEndpoint: pubsub.address, emulatorMode: true });
  const [finalized] = await client.createTopic("object-finalized");
  const storage = await startStorage({
    directory,
    publish: async (_topic, data, attributes) => {
      await finalized.publishMessage({ data: Buffer.from(data), attributes });
    },
  });
  const bucket = new Storage({ projectId, apiEndpoint: storage.url }).bucket("lake");
  await bucket.create();
  await bucket.createNotification(`projects/${projectId}/topics/object-finalized`, {
    eventTypes: ["OBJECT_FINALIZE"],
    payloadFormat: "JSON_API_V1",
  });

  const kept = new Map<string, CollectedMessage[]>();
  for (const name of topics) {
    if (keepMessages) kept.set(name, (await collectMessages(client, name)).messages);
    else await client.createTopic(name);
  }
  const loader = await serveFunction("load-object", {
    GOOGLE_CLOUD_PROJECT: projectId,
    LANDING_BUCKET: bucket.name,
    PUBSUB_EMULATOR_HOST: pubsub.address,
    STORAGE_EMULATOR_HOST: storage.url,
  });
  await finalized.createSubscription("object-finalized.load-object", {
    pushEndpoint: `${loader.url}/projects/${projectId}/topics/object-finalized`,
    ackDeadlineSeconds: 600,
    retryPolicy: { minimumBackoff: { nanos: 100_000_000 }, maximumBackoff: { seconds: 1 } },
  });

  return {
    bucket,
    client,
    pubsub,
    storageUrl: storage.url,
    loader,
    /** What was published to a topic so far. */
    messages: (topic: string): CollectedMessage[] => kept.get(topic) ?? [],
    /** The report of the object as it is now, as soon as it is there. */
    report: (name: string, patienceMs?: number) => waitForReport(bucket, name, patienceMs),
    stop: async () => {
      await loader.stop();
      await client.close();
      await storage.stop();
      await pubsub.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function waitForReport(bucket: Bucket, name: string, patienceMs = 30_000) {
  const [{ generation }] = await bucket.file(name).getMetadata();
  const reports = ["report", "failed"].map((ending) =>
    bucket.file(`reports/${name}.${String(generation)}.${ending}.json`),
  );
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    for (const report of reports) {
      const [exists] = await report.exists();
      if (exists) return readReport(report);
    }
    await delay(20);
  }
  throw new Error(`no report of ${name}`);
}

async function readReport(file: ReturnType<Bucket["file"]>): Promise<LoadReport> {
  const [json] = await file.download();
  return loadReport.parse(JSON.parse(json.toString()));
}
