import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import * as z from "zod";
import { deadLetters, parked } from "../../shared/manifest/dead-letters.ts";
import { type FunctionManifest, triggersOf } from "../../shared/manifest/function-manifest.ts";
import { topicsOf } from "../../shared/manifest/list-topics.ts";
import { unlessPresent } from "./unless-present.ts";

const terraform = join(import.meta.dirname, "../../terraform");

/** What the functions need before they run, as Terraform makes it in a project. */
export async function provisionTopics(
  manifests: readonly FunctionManifest[],
  options: {
    projectId: string;
    /** Before every name of a topic and subscription, when tenants share a project. */
    prefix?: string | undefined;
    pushEndpoint: (functionName: string) => string;
  },
): Promise<void> {
  const pubsub = new PubSub({ projectId: options.projectId });
  const fullName = (name: string) => `${options.prefix ?? ""}${name}`;
  for (const topic of [...topicsOf(manifests), deadLetters, parked]) {
    await unlessPresent(pubsub.createTopic(fullName(topic)));
  }
  await unlessPresent(
    pubsub.topic(fullName(parked)).createSubscription(`${fullName(parked)}.kept`),
  );
  for (const manifest of manifests) {
    const { name, delivery, timeoutSeconds } = manifest;
    for (const topic of triggersOf(manifest)) {
      // The functions framework reads the topic from the path of the push endpoint.
      const path = `/projects/${options.projectId}/topics/${fullName(topic)}`;
      const pushEndpoint = options.pushEndpoint(name) + path;
      const settings = {
        ackDeadlineSeconds: timeoutSeconds,
        pushEndpoint,
        retryPolicy: {
          minimumBackoff: wireDuration(delivery.minBackoffSeconds),
          maximumBackoff: wireDuration(delivery.maxBackoffSeconds),
        },
        deadLetterPolicy: {
          deadLetterTopic: `projects/${options.projectId}/topics/${fullName(topic === deadLetters ? parked : deadLetters)}`,
          maxDeliveryAttempts: delivery.maxAttempts,
        },
      };
      const subscription = pubsub.topic(fullName(topic)).subscription(`${fullName(topic)}.${name}`);
      const isNew = await unlessPresent(subscription.create(settings));
      // In an emulator that another run has used, it pushes to where that run listened.
      if (!isNew) await subscription.modifyPushConfig({ pushEndpoint });
    }
  }
  await pubsub.close();
}

const wireDuration = (seconds: number) => ({
  seconds: Math.floor(seconds),
  nanos: Math.round((seconds % 1) * 1e9),
});

/** The bucket of the lake, which tells a topic of every object that lands. */
export async function provisionLake(options: {
  projectId: string;
  bucket: string;
  prefix?: string | undefined;
}): Promise<void> {
  const storage = new Storage({ projectId: options.projectId });
  await unlessPresent(storage.createBucket(options.bucket));
  const [notifications] = await storage.bucket(options.bucket).getNotifications();
  if (notifications.length > 0) return;
  await storage
    .bucket(options.bucket)
    .createNotification(`${options.prefix ?? ""}object-finalized`, {
      eventTypes: ["OBJECT_FINALIZE"],
      objectNamePrefix: "landing/",
    });
}

const tableFile = z.object({
  description: z.string(),
  partitionedBy: z.string(),
  clusteredBy: z.array(z.string()),
  schema: z.array(z.record(z.string(), z.unknown())),
});

/** Dataset, tables and views, from the files that Terraform deploys. */
export async function provisionWarehouse(options: {
  projectId: string;
  dataset: string;
}): Promise<void> {
  const bigquery = new BigQuery({ projectId: options.projectId });
  await unlessPresent(bigquery.createDataset(options.dataset));
  const dataset = bigquery.dataset(options.dataset);
  for (const name of await namesIn("schemas", ".json")) {
    const table = tableFile.parse(
      JSON.parse(await readFile(`${terraform}/schemas/${name}.json`, "utf8")),
    );
    const created = dataset.createTable(name, {
      description: table.description,
      schema: { fields: table.schema },
      timePartitioning: { type: "DAY", field: table.partitionedBy },
      clustering: { fields: table.clusteredBy },
    });
    await unlessPresent(created);
  }
  const views = await Promise.all((await namesIn("views", ".sql")).map(readView));
  for (const view of afterWhatTheyRead(views)) {
    const query = view.sql.replaceAll("${dataset}", `${options.projectId}.${options.dataset}`);
    await unlessPresent(dataset.createTable(view.name, { view: { query, useLegacySql: false } }));
  }
  for (const name of await namesIn("table-functions", ".sql")) {
    await bigquery.query(await readFunctionSql(name, `${options.projectId}.${options.dataset}`));
  }
}

const functionFile = z.object({
  description: z.string(),
  arguments: z.array(z.object({ name: z.string(), type: z.string() })),
});

/** The statement that creates a table function, which clients of BigQuery have no call for. */
async function readFunctionSql(name: string, dataset: string): Promise<string> {
  const file = (extension: string) =>
    readFile(`${terraform}/table-functions/${name}.${extension}`, "utf8");
  const { description, arguments: parameters } = functionFile.parse(JSON.parse(await file("json")));
  const list = parameters.map((one) => `${one.name} ${one.type}`).join(", ");
  const body = (await file("sql")).replaceAll("${dataset}", dataset);
  return [
    `CREATE OR REPLACE TABLE FUNCTION \`${dataset}.${name}\`(${list})`,
    `OPTIONS (description = ${JSON.stringify(description)})`,
    `AS ${body}`,
  ].join("\n");
}

type View = { name: string; sql: string };

const readView = async (name: string): Promise<View> => ({
  name,
  sql: await readFile(`${terraform}/views/${name}.sql`, "utf8"),
});

/** BigQuery refuses a view of something that is not there yet. */
function afterWhatTheyRead(views: readonly View[]): View[] {
  const ordered: View[] = [];
  let left = [...views];
  while (left.length > 0) {
    const isFree = ({ sql }: View) =>
      !left.some(({ name }) => sql.includes(`\${dataset}.${name}\``));
    const free = left.filter(isFree);
    if (free.length === 0) throw new Error("views read each other in a circle");
    ordered.push(...free);
    left = left.filter((view) => !free.includes(view));
  }
  return ordered;
}

async function namesIn(folder: string, extension: string): Promise<string[]> {
  const files = await readdir(join(terraform, folder));
  return files
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length));
}
