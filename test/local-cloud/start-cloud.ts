import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PubSub } from "@google-cloud/pubsub";
import type { FunctionManifest } from "../../shared/manifest/function-manifest.ts";
import { archivedTopics } from "../../shared/manifest/list-topics.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { startArchiver } from "./archive-messages.ts";
import { provisionLake, provisionTopics } from "./provision.ts";
import type { DeliveryFaults } from "./pubsub/draw-faults.ts";
import { startPubsub } from "./pubsub/start-pubsub.ts";
import { runFunction } from "./run-function.ts";
import { type ScaledFunction, scaleFromZero } from "./scale-from-zero.ts";
import { type ScheduledJob, startScheduler } from "./scheduler/start-scheduler.ts";
import { startMetadata } from "./start-metadata.ts";
import { startWarehouse } from "./start-warehouse.ts";
import { startStorage } from "./storage/start-storage.ts";

/** A way from one part of the cloud to another. */
export type Hop = {
  /** A function, or `push`. */
  from: string;
  /** A function, or the variable that names a server. */
  to: string;
  /** `host:port`, or a URL. */
  address: string;
};

export type CloudOptions = {
  projectId: string;
  dataset: string;
  /** Before every name of a topic and subscription, as of one of several tenants; none by default. */
  prefix?: string | undefined;
  /** Ports for the servers; 0 is any free one. */
  ports: { pubsub: number; bigquery: number; bigqueryWrite: number; storage: number };
  /** DuckDB file that keeps the warehouse, or `:memory:`. */
  database: string;
  /** Where the objects of the lake lie; a folder that goes with the cloud when left out. */
  lakeDirectory?: string | undefined;
  /** Where the functions' log lines go, one file a function. */
  logDirectory: string;
  /** An already running Pub/Sub emulator (`host:port`) to use instead of our own. */
  pubsubEmulator?: string | undefined;
  faults?: DeliveryFaults | undefined;
  /** Keep raw input in the lake, as it came, for a replay. */
  archive?: boolean | undefined;
  /** The address to take for a way instead, so that something stands between; its own by default. */
  route?: ((hop: Hop) => Promise<string>) | undefined;
  /** Told when a function does not start; what was sent to it is delivered again and again. */
  onFailure: (error: Error) => void;
};

/** A whole cloud on this machine; each function runs from its first request on. */
export type Cloud = {
  projectId: string;
  dataset: string;
  pubsub: string;
  bigquery: string;
  bigqueryWrite: string;
  storage: string;
  /** Bucket whose `landing/<topic>/` folders are loaded. */
  bucket: string;
  functions: readonly ScaledFunction[];
  /** Messages not yet acknowledged, and the age of the oldest; undefined for a foreign emulator. */
  backlog: () => { messages: number; oldestMs: number } | undefined;
  /** What each subscription has delivered so far; undefined for a foreign emulator. */
  deliveries: () => ReturnType<OwnPubsub["stats"]> | undefined;
  stop: () => Promise<void>;
};

const bucket = "hourtally-lake";

/**
 * Starts the servers, provisions what Terraform would, and listens for every function, which runs as it
 * is built in `dist/`, in a process of its own. Sets the standard emulator variables for this process, too.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const started: { stop: () => Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.toReversed()) await part.stop();
  };
  try {
    const functions: ScaledFunction[] = [];
    const ownPubsub =
      options.pubsubEmulator === undefined ? await startOwnPubsub(options, functions) : undefined;
    if (ownPubsub !== undefined) started.push(ownPubsub);
    const pubsub = options.pubsubEmulator ?? ownPubsub?.address ?? "";
    // Google's clients look for the metadata server of a cloud machine even so.
    const detection = { METADATA_SERVER_DETECTION: "none" };
    // The lake publishes what lands in it.
    Object.assign(process.env, { PUBSUB_EMULATOR_HOST: pubsub, ...detection });
    const lake = await startLake(options);
    started.push(lake);
    const { bigquery: restPort, bigqueryWrite: writePort } = options.ports;
    const bigquery = await startWarehouse({
      projectId: options.projectId,
      dataset: options.dataset,
      restPort,
      writePort,
      database: options.database,
      storageUrl: lake.url,
    });
    started.push(bigquery);
    const servers = {
      PUBSUB_EMULATOR_HOST: pubsub,
      BIGQUERY_EMULATOR_HOST: bigquery.restUrl,
      BIGQUERY_WRITE_ENDPOINT: bigquery.writeUrl,
      STORAGE_EMULATOR_HOST: lake.url,
    };
    Object.assign(process.env, servers);
    const metadata = await startMetadata();
    started.push(metadata);
    const platform = { ...detection, GCE_METADATA_HOST: metadata.address };
    const { route = straight } = options;
    const settings = {
      ...process.env,
      // Nothing of another cloud.
      TOPIC_PREFIX: options.prefix ?? "",
      BIGQUERY_LOCATION: undefined,
      GOOGLE_CLOUD_PROJECT: options.projectId,
      BIGQUERY_DATASET: options.dataset,
      LANDING_BUCKET: bucket,
      LAKE_BUCKET: bucket,
      ...webhookSecrets(),
    };
    const manifests = await readManifests();
    for (const manifest of manifests) {
      const environment = {
        ...platform,
        ...(await routeAll(manifest.name, servers, route)),
        ...settingsOf(manifest, settings),
      };
      const { logDirectory, onFailure } = options;
      const run = () => runFunction(manifest, { environment, logDirectory });
      functions.push(await scaleFromZero(manifest.name, run, onFailure));
    }
    started.push({ stop: () => stopAll(functions) });
    const urls = await routeAll(
      "push",
      Object.fromEntries(functions.map(({ name, url }) => [name, url])),
      route,
    );
    await provisionTopics(manifests, {
      projectId: options.projectId,
      prefix: options.prefix,
      pushEndpoint: (name) => urls[name] ?? "",
    });
    await provisionLake({ projectId: options.projectId, prefix: options.prefix, bucket });
    started.push(startScheduler(scheduledJobs(manifests, functions)));
    if (options.archive) {
      started.push(
        await startArchiver({
          projectId: options.projectId,
          prefix: options.prefix,
          bucket,
          topics: archivedTopics(manifests),
        }),
      );
    }
    return {
      projectId: options.projectId,
      dataset: options.dataset,
      pubsub,
      bigquery: bigquery.restUrl,
      bigqueryWrite: bigquery.writeUrl,
      storage: lake.url,
      bucket,
      functions,
      backlog: () => ownPubsub && backlogOf(ownPubsub),
      deliveries: () => ownPubsub?.stats(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const scheduledJobs = (
  manifests: readonly FunctionManifest[],
  functions: readonly ScaledFunction[],
): ScheduledJob[] =>
  manifests.flatMap(({ name, trigger, timeoutSeconds }) => {
    const url = functions.find((one) => one.name === name)?.url;
    if (!("schedule" in trigger) || trigger.schedule === undefined || url === undefined) return [];
    return [{ name, schedule: trigger.schedule, url, timeoutSeconds }];
  });

const straight = async ({ address }: Hop): Promise<string> => address;

/** Addresses by name, as `from` has to take them. */
async function routeAll(
  from: string,
  addresses: Record<string, string>,
  route: (hop: Hop) => Promise<string>,
): Promise<Record<string, string>> {
  const routed = Object.entries(addresses).map(async ([to, address]) => [
    to,
    await route({ from, to, address }),
  ]);
  return Object.fromEntries(await Promise.all(routed));
}

/**
 * What a function's contract names, and no more: what it lacks here, it lacks in the cloud. All that is
 * not of this cloud is told by our own environment.
 */
function settingsOf(
  manifest: FunctionManifest,
  settings: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const named = Object.keys({ ...manifest.environment, ...manifest.secrets });
  return Object.fromEntries(
    named.flatMap((name) => {
      const value = settings[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Secrets of this run, unless the environment brings its own: a webhook is never open. */
function webhookSecrets(): Record<string, string> {
  return {
    X_CONSUMER_SECRET: process.env.X_CONSUMER_SECRET ?? randomBytes(24).toString("hex"),
    STANDARD_WEBHOOK_SECRET:
      process.env.STANDARD_WEBHOOK_SECRET ?? `whsec_${randomBytes(32).toString("base64")}`,
  };
}

async function startLake(
  options: CloudOptions,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = options.lakeDirectory ?? (await mkdtemp(join(tmpdir(), "hourtally-lake-")));
  const pubsub = new PubSub({ projectId: options.projectId });
  const storage = await startStorage({
    port: options.ports.storage,
    directory,
    publish: async (topic, data, attributes) => {
      await pubsub.topic(topic).publishMessage({ data: Buffer.from(data), attributes });
    },
  });
  const stop = async () => {
    await storage.stop();
    await pubsub.close();
    if (options.lakeDirectory === undefined) await rm(directory, { recursive: true });
  };
  return { url: storage.url, stop };
}

type OwnPubsub = Awaited<ReturnType<typeof startPubsub>>;

/** Pushes wake the function that they are for, and go straight to it. */
function startOwnPubsub(
  { ports, faults }: CloudOptions,
  functions: readonly ScaledFunction[],
): Promise<OwnPubsub> {
  const resolveEndpoint = async (endpoint: URL): Promise<URL> => {
    const target = functions.find(({ url }) => url === endpoint.origin);
    if (target === undefined) return endpoint;
    return new URL(endpoint.pathname + endpoint.search, await target.wake());
  };
  const settings = { port: ports.pubsub, resolveEndpoint };
  return startPubsub({ ...settings, ...(faults !== undefined && { faults }) });
}

async function stopAll(functions: readonly ScaledFunction[]): Promise<void> {
  await Promise.all(functions.map((one) => one.stop()));
}

function backlogOf(pubsub: OwnPubsub): { messages: number; oldestMs: number } {
  const ages = Object.values(pubsub.stats()).map((one) => one.oldestUnacknowledgedMs);
  return { messages: pubsub.backlog(), oldestMs: Math.max(0, ...ages) };
}
