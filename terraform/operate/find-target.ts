import { type CloudFile, findRunningCloud } from "../../test/local-cloud/cloud-file.ts";
import { UserError } from "./cli/user-error.ts";

/** Where a command works: the local cloud, or a project of Google Cloud. */
export type Target = {
  project: string;
  dataset: string;
  /** Of the lake; undefined where it is not known. */
  bucket: string | undefined;
  topicPrefix: string;
  /** Address of each function that is known. */
  functions: Readonly<Record<string, string>>;
  /** For people, after "in". */
  place: string;
};

/** What the command line says of it. */
type Named = {
  project?: string | undefined;
  dataset?: string | undefined;
  bucket?: string | undefined;
};

/** For the `--help` of commands. */
export const targetHelp = `Without --project it works where PUBSUB_EMULATOR_HOST and its like point, else in the running local
cloud, else in GOOGLE_CLOUD_PROJECT; where that is, it says first.`;

type Variables = Record<string, string | undefined>;

const emulators = [
  ["PUBSUB_EMULATOR_HOST", "pubsub"],
  ["BIGQUERY_EMULATOR_HOST", "bigquery"],
  ["STORAGE_EMULATOR_HOST", "storage"],
] as const;

/**
 * Finds out where a command works: `named.project` in Google Cloud, else as `targetHelp` says. Sets the
 * emulators' variables so that Google's clients go there.
 * @throws {UserError} when there is none of them, or when it is not clear which is meant: production
 * must not be taken for the local cloud, nor the other way round.
 */
export async function findTarget(
  variables: Variables,
  named: Named = {},
  findCloud: () => Promise<CloudFile | undefined> = findRunningCloud,
): Promise<Target> {
  const from = (project: string, place: string): Target => ({
    project,
    dataset: named.dataset ?? (variables.BIGQUERY_DATASET || "hourtally"),
    bucket: named.bucket ?? (variables.HOURTALLY_LAKE_BUCKET || undefined),
    topicPrefix: variables.TOPIC_PREFIX ?? "",
    functions: {},
    place,
  });
  // A variable that is not set, perhaps: Google's clients would look for a project of their own.
  if ([named.project, named.dataset, named.bucket].includes("")) {
    throw new UserError("--project, --dataset and --bucket must not be empty");
  }
  // It stands in SQL, also in what is printed to be pasted.
  if (!/^\w*$/.test(named.dataset ?? "")) {
    throw new UserError(`--dataset ${named.dataset}: must be letters, digits and underscores`);
  }
  if (named.project !== undefined) {
    for (const [name] of emulators) delete variables[name];
    return from(named.project, `project ${named.project}`);
  }
  if (named.dataset !== undefined || named.bucket !== undefined) {
    throw new UserError("--dataset and --bucket go with --project ID");
  }
  const project = variables.GOOGLE_CLOUD_PROJECT || undefined;
  const local = await findCloud();
  if (emulators.some(([name, key]) => variables[name] && variables[name] !== local?.[key])) {
    const emulated = emulatedProject(variables);
    const place = `project ${emulated} of the emulators at ${variables.PUBSUB_EMULATOR_HOST}`;
    return from(emulated, place);
  }
  if (local !== undefined) {
    if (project !== undefined && project !== local.project) {
      throw new UserError(
        `a local cloud runs here, and GOOGLE_CLOUD_PROJECT is ${project}: which is meant? Say --project ${project}, or unset the variable for the local cloud.`,
      );
    }
    for (const [name, key] of emulators) variables[name] = local[key];
    variables.METADATA_SERVER_DETECTION = "none";
    const { dataset, bucket, functions } = local;
    const place = `the local cloud (${local.pubsub})`;
    return { ...from(local.project, place), dataset, bucket, functions, topicPrefix: "" };
  }
  if (project !== undefined) return from(project, `project ${project}`);
  throw new UserError(
    "where? Start the local cloud with `npm start`, or name a project with --project ID or GOOGLE_CLOUD_PROJECT (and BIGQUERY_DATASET, HOURTALLY_LAKE_BUCKET, TOPIC_PREFIX where they are not the defaults)",
  );
}

/** @throws {UserError} with some of the variables only: a command would read here and write there. */
function emulatedProject(variables: Variables): string {
  const needed = [...emulators.map(([name]) => name), "GOOGLE_CLOUD_PROJECT"];
  const missing = needed.filter((name) => !variables[name]);
  const { GOOGLE_CLOUD_PROJECT: project } = variables;
  if (missing.length === 0 && project !== undefined) return project;
  const set = needed.filter((name) => variables[name]);
  throw new UserError(
    `set ${missing.join(", ")}, too, or unset ${set.join(", ")}: some alone would mix two clouds`,
  );
}
