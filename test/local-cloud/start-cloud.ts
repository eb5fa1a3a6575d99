import { join } from "node:path";
import { startBigquery } from "./bigquery/start-bigquery.ts";
import { buildFunctions } from "./build-functions.ts";
import { provisionTopics, provisionWarehouse } from "./provision.ts";
import type { DeliveryFaults } from "./pubsub/delivery-faults.ts";
import { startPubsub } from "./pubsub/start-pubsub.ts";
import { readManifests } from "./read-manifests.ts";
import { type RunningFunction, runFunction } from "./run-function.ts";

export type CloudOptions = {
  projectId: string;
  dataset: string;
  /** Ports for the servers; 0 is any free one. */
  ports: { pubsub: number; bigquery: number; bigqueryWrite: number };
  /** DuckDB file that keeps the warehouse, or `:memory:`. */
  database: string;
  /** Where the functions' log lines go, one file a function. */
  logDirectory: string;
  /** An already running Pub/Sub emulator (`host:port`) to use instead of our own. */
  pubsubEmulator?: string | undefined;
  faults?: DeliveryFaults | undefined;
};

/** A whole cloud on this machine, with all functions running. */
export type Cloud = {
  projectId: string;
  dataset: string;
  pubsub: string;
  bigquery: string;
  bigqueryWrite: string;
  functions: readonly RunningFunction[];
  /** Messages not yet acknowledged, and the age of the oldest; undefined for a foreign emulator. */
  backlog: () => { messages: number; oldestMs: number } | undefined;
  stop: () => Promise<void>;
};

const root = join(import.meta.dirname, "../..");

/**
 * Builds the functions, starts the servers, provisions what Terraform would, and runs every
 * function in a process of its own. Sets the standard emulator variables for this process, too.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const started: { stop: () => Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.toReversed()) await part.stop();
  };
  try {
    await buildFunctions();
    const ownPubsub =
      options.pubsubEmulator === undefined ? await startOwnPubsub(options) : undefined;
    if (ownPubsub !== undefined) started.push(ownPubsub);
    const pubsub = options.pubsubEmulator ?? ownPubsub?.address ?? "";
    const { bigquery: restPort, bigqueryWrite: writePort } = options.ports;
    const bigquery = await startBigquery({ restPort, writePort, database: options.database });
    started.push(bigquery);
    const environment = {
      GOOGLE_CLOUD_PROJECT: options.projectId,
      BIGQUERY_DATASET: options.dataset,
      PUBSUB_EMULATOR_HOST: pubsub,
      BIGQUERY_EMULATOR_HOST: bigquery.restUrl,
      BIGQUERY_WRITE_ENDPOINT: bigquery.writeUrl,
      // Google's clients look for the metadata server of a cloud machine even so.
      METADATA_SERVER_DETECTION: "none",
    };
    Object.assign(process.env, environment);
    await provisionWarehouse(options);
    const manifests = await readManifests();
    const functions = await Promise.all(
      manifests.map((manifest) =>
        runFunction(manifest, { environment, logDirectory: options.logDirectory }),
      ),
    );
    started.push(...functions);
    const urls = new Map(functions.map(({ name, url }) => [name, url]));
    await provisionTopics(manifests, {
      projectId: options.projectId,
      pushEndpoint: (name) => urls.get(name) ?? "",
    });
    return {
      projectId: options.projectId,
      dataset: options.dataset,
      pubsub,
      bigquery: bigquery.restUrl,
      bigqueryWrite: bigquery.writeUrl,
      functions,
      backlog: () => ownPubsub && backlogOf(ownPubsub),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type OwnPubsub = Awaited<ReturnType<typeof startPubsub>>;

function startOwnPubsub({ ports, faults }: CloudOptions): Promise<OwnPubsub> {
  return startPubsub({ port: ports.pubsub, ...(faults !== undefined && { faults }) });
}

function backlogOf(pubsub: OwnPubsub): { messages: number; oldestMs: number } {
  const ages = Object.values(pubsub.stats()).map((one) => one.oldestUnacknowledgedMs);
  return { messages: pubsub.backlog(), oldestMs: Math.max(0, ...ages) };
}

/** Where `npm start` leaves what belongs to a running cloud. */
export const stateDirectory = join(root, ".hourtally");
