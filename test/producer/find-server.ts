import { connect } from "node:net";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import type { CloudFile } from "../local-cloud/cloud-file.ts";

/** Where messages go: a project at Google (no address) or at a server of our own. */
export type PubsubServer = {
  project: string;
  address?: string;
  /** For people, after "in". */
  place: string;
};

const localProject = "hourtally-local";
const connectTimeoutMs = 3_000;

/**
 * Finds the Pub/Sub server: PUBSUB_EMULATOR_HOST; else the local cloud that runs here, unless
 * another project was asked for by name; else Google Cloud.
 *
 * A running local cloud goes before GOOGLE_CLOUD_PROJECT, so that a variable left in a shell does
 * not send made-up tweets to a real project.
 * @throws {UserError} when no project is known.
 */
export function findServer(options: {
  project: string | undefined;
  environment: Record<string, string | undefined>;
  local: Pick<CloudFile, "project" | "pubsub"> | undefined;
}): PubsubServer {
  const { project, environment, local } = options;
  const named = project ?? (environment.GOOGLE_CLOUD_PROJECT || undefined);
  const emulator = environment.PUBSUB_EMULATOR_HOST;
  if (emulator) {
    const emulated = named ?? localProject;
    return { project: emulated, address: emulator, place: `project ${emulated} at ${emulator}` };
  }
  if (local !== undefined && (project === undefined || project === local.project)) {
    const { pubsub: address } = local;
    return { project: local.project, address, place: `the local cloud (${address})` };
  }
  if (named === undefined) {
    throw new UserError(
      "no project to publish to: start the local cloud (npm start), or set PUBSUB_EMULATOR_HOST, or name a Google Cloud project with --project P or GOOGLE_CLOUD_PROJECT",
    );
  }
  return { project: named, place: `project ${named}` };
}

/**
 * Resolves when something listens at `address`, `host:port`.
 * @throws {UserError} for what is no address.
 * @throws {Error} when nothing answers there.
 */
export async function requireListening(address: string): Promise<void> {
  const bare = address.replace(/^https?:\/\//, "").replace(/\/$/, "");
  const [, bracketed, name, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(bare) ?? [];
  const host = bracketed ?? name;
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new UserError(`Pub/Sub server ${address}: must be written host:port`);
  }
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: connectTimeoutMs });
    const fail = (reason: string) => {
      socket.destroy();
      reject(
        new Error(
          `no Pub/Sub server at ${address} (${reason}): start one (npm start), or correct PUBSUB_EMULATOR_HOST`,
        ),
      );
    };
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => fail(`no answer in ${connectTimeoutMs / 1_000} s`));
    socket.once("error", (error) => fail(error.message));
  });
}
