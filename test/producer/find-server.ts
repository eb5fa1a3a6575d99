import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { z } from "zod";
import { UserError } from "./user-error.ts";

/** Where messages go: a project at Google (no address) or at a server of our own. */
export type PubsubServer = { project: string; address?: string };

const LOCAL_PROJECT = "hourtally-local";
const CONNECT_TIMEOUT = 3_000;

/** What `npm start` says about the cloud it runs. */
const localCloudSchema = z.object({
  pid: z.int().positive(),
  project: z.string().min(1),
  pubsub: z.string().min(1),
});

/**
 * Finds the Pub/Sub server: PUBSUB_EMULATOR_HOST; else the local cloud that runs here, unless
 * another project was asked for by name; else Google Cloud.
 *
 * A running local cloud goes before GOOGLE_CLOUD_PROJECT, so that a variable left in a shell does
 * not send made-up tweets to a real project. Throws a UserError when no project is known.
 */
export function findServer(options: {
  project: string | undefined;
  environment: Record<string, string | undefined>;
  localCloudFile: string;
}): PubsubServer {
  const { project, environment, localCloudFile } = options;
  const named = project ?? (environment.GOOGLE_CLOUD_PROJECT || undefined);
  const emulator = environment.PUBSUB_EMULATOR_HOST;
  if (emulator) return { project: named ?? LOCAL_PROJECT, address: emulator };

  const local = findLocalCloud(localCloudFile);
  if (local !== undefined && (project === undefined || project === local.project)) return local;

  if (named === undefined) {
    throw new UserError(
      "no project to publish to: start the local cloud (npm start), or set PUBSUB_EMULATOR_HOST, or name a Google Cloud project with --project P or GOOGLE_CLOUD_PROJECT",
    );
  }
  return { project: named };
}

/** Throws a UserError when nothing listens at `address` (`host:port`). */
export async function requireListening(address: string): Promise<void> {
  const bare = address.replace(/^https?:\/\//, "").replace(/\/$/, "");
  const [, bracketed, name, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(bare) ?? [];
  const host = bracketed ?? name;
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new UserError(`Pub/Sub server ${address}: must be written host:port`);
  }
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: CONNECT_TIMEOUT });
    const fail = (reason: string) => {
      socket.destroy();
      reject(
        new UserError(
          `no Pub/Sub server at ${address} (${reason}): start one (npm start), or correct PUBSUB_EMULATOR_HOST`,
        ),
      );
    };
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => fail(`no answer in ${CONNECT_TIMEOUT / 1_000} s`));
    socket.once("error", (error) => fail(error.message));
  });
}

function findLocalCloud(file: string): PubsubServer | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const parsed = localCloudSchema.safeParse(parseJson(text));
  if (!parsed.success || !isAlive(parsed.data.pid)) return undefined;
  return { project: parsed.data.project, address: parsed.data.pubsub };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive too: only the permission to signal it is missing.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
