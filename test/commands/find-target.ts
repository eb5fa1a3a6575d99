import { findRunningCloud } from "../local-cloud/cloud-file.ts";
import { UserError } from "../producer/user-error.ts";

/** Where a command works: the local cloud, or a project of Google Cloud. */
export type Target = {
  project: string;
  dataset: string;
  /** Of the lake; undefined where it is not known. */
  bucket: string | undefined;
  topicPrefix: string;
  /** Address of each function that is known. */
  functions: Readonly<Record<string, string>>;
  /** For people. */
  place: string;
};

type Variables = Record<string, string | undefined>;

/**
 * Finds out where a command works. Variables of emulators go first, then the local cloud that runs
 * on this checkout, then GOOGLE_CLOUD_PROJECT. Sets the emulators' variables for the local cloud,
 * so that Google's clients go there.
 * @throws {UserError} when there is neither.
 */
export async function findTarget(variables: Variables): Promise<Target> {
  const project = variables.GOOGLE_CLOUD_PROJECT;
  const named = {
    dataset: variables.BIGQUERY_DATASET ?? "hourtally",
    bucket: variables.HOURTALLY_LAKE_BUCKET,
    topicPrefix: variables.TOPIC_PREFIX ?? "",
    functions: {},
  };
  const emulator = variables.PUBSUB_EMULATOR_HOST;
  if (emulator && project) return { ...named, project, place: `the emulators at ${emulator}` };
  const local = await findRunningCloud();
  if (local !== undefined) {
    Object.assign(variables, {
      PUBSUB_EMULATOR_HOST: local.pubsub,
      BIGQUERY_EMULATOR_HOST: local.bigquery,
      STORAGE_EMULATOR_HOST: local.storage,
      METADATA_SERVER_DETECTION: "none",
    });
    const { project, dataset, bucket, functions } = local;
    return { project, dataset, bucket, functions, topicPrefix: "", place: "the local cloud" };
  }
  if (project) return { ...named, project, place: `project ${project}` };
  throw new UserError(
    "where? Start the local cloud with `npm start`, or set GOOGLE_CLOUD_PROJECT (and BIGQUERY_DATASET, HOURTALLY_LAKE_BUCKET, TOPIC_PREFIX where they are not the defaults)",
  );
}
