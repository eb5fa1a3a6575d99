import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { PubSub } from "@google-cloud/pubsub";
import { type FunctionManifest, triggersOf } from "../../shared/manifest/function-manifest.ts";
import { topicsOf } from "../../shared/manifest/list-topics.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { type Cloud, startCloud } from "../local-cloud/start-cloud.ts";
import { plainData } from "../support/plain-data.ts";
import { closedHour, goodLines } from "./good-lines.ts";
import { post, pushBody } from "./send.ts";

/** A local cloud whose functions are attacked one by one: nothing is passed on from one to the next. */
export type Victims = {
  cloud: Cloud;
  manifests: readonly FunctionManifest[];
  /** Lines of a topic that its functions understand; none when nobody here publishes any. */
  goodLines: (topic: string) => readonly string[];
  stop: () => Promise<void>;
};

export const projectId = "attack-project";

/**
 * Starts the cloud, and has each function make good lines for those behind it, from lines of the topics
 * `from`, or of all that there are.
 */
export async function startVictims(from: RegExp = /./): Promise<Victims> {
  const logDirectory = await mkdtemp(join(tmpdir(), "hourtally-attack-"));
  const cloud = await startCloud({
    projectId,
    dataset: "hourtally",
    ports: { pubsub: 0, bigquery: 0, bigqueryWrite: 0, storage: 0 },
    database: ":memory:",
    logDirectory,
    onFailure: (error) => process.stderr.write(`${error.message}\n`),
  });
  const pubsub = new PubSub({ projectId });
  const stop = async () => {
    await pubsub.close();
    await cloud.stop();
    await rm(logDirectory, { recursive: true });
  };
  try {
    const manifests = await readManifests();
    const [pushes] = await pubsub.getSubscriptions();
    for (const one of pushes) await one.delete();
    const now = Date.now();
    await closeAnHour(now);
    const lines = await learnGoodLines(cloud, pubsub, manifests, goodLines(now), from);
    return { cloud, manifests, goodLines: (topic) => lines.get(topic) ?? [], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes what those behind a closing read of its hour. */
async function closeAnHour(now: number): Promise<void> {
  const { hour, revision, keys } = closedHour(now);
  const rows = Array.from(
    { length: keys },
    (_, key) => `(TIMESTAMP '${hour}', ${revision}, 'https://${key}.example/', ${key + 1})`,
  );
  await new BigQuery({ projectId }).query(
    `INSERT INTO hourtally.url_hour_totals (hour, revision, url_key, mentions) VALUES ${rows.join(", ")}`,
  );
}

/** Runs a few good lines through the functions by hand, and keeps what is on each topic then. */
async function learnGoodLines(
  cloud: Cloud,
  pubsub: PubSub,
  manifests: readonly FunctionManifest[],
  known: ReadonlyMap<string, string[]>,
  from: RegExp,
): Promise<Map<string, string[]>> {
  const learned = new Map([...known].filter(([topic]) => from.test(topic)));
  const heard = topicsOf(manifests).filter((topic) => !learned.has(topic));
  const subscriptions = await Promise.all(
    heard.map(async (topic) => {
      const [subscription] = await pubsub.topic(topic).createSubscription(`${topic}.learn`);
      subscription.on("message", (message) => {
        const text = plainData(message.data, message.attributes).toString("utf8");
        const known = learned.get(topic) ?? [];
        learned.set(topic, [...known, ...text.split("\n")]);
        message.ack();
      });
      return subscription;
    }),
  );
  const done = new Set<string>();
  // As many steps as the way of a tweet has functions.
  for (let step = 0; step < 6; step++) {
    for (const manifest of manifests) {
      for (const topic of triggersOf(manifest)) {
        const lines = learned.get(topic);
        if (lines === undefined || done.has(`${manifest.name} ${topic}`)) continue;
        done.add(`${manifest.name} ${topic}`);
        const data = Buffer.from(lines.slice(0, 500).join("\n"));
        const url = await wake(cloud, manifest.name);
        await post(url, `/projects/${projectId}/topics/${topic}`, pushBody(topic, data, {}));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const subscription of subscriptions) {
    await subscription.close();
    await subscription.delete();
  }
  return learned;
}

/** Where a function listens itself, once it runs. */
export async function wake(cloud: Cloud, name: string): Promise<string> {
  const running = cloud.functions.find((one) => one.name === name);
  if (running === undefined) throw new Error(`no function is called ${name}`);
  return running.wake();
}
