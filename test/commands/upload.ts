import { readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import type { Bucket } from "@google-cloud/storage";
import { SingleBar } from "cli-progress";
import { z } from "zod";

const HELP = `Uploads files into the lake bucket.

  npm run upload -- FILE… PREFIX/       every file under PREFIX/, by its own name
  npm run upload -- FILE OBJECT         one file, by another name
  npm run upload -- FILE landing/tweets/

The destination may also be gs://BUCKET/PREFIX/. Otherwise the bucket is, in this order:
  --bucket NAME                         in Cloud Storage, or where STORAGE_EMULATOR_HOST points
  HOURTALLY_LAKE_BUCKET                 likewise
  the running local cloud's             (npm start), unless STORAGE_EMULATOR_HOST is set

  --json                                one JSON object on standard output instead of text
  --help                                this text

An object that exists is replaced. Interrupting with Ctrl-C leaves no partial object.
Exit codes: 0 all uploaded, 1 a failure, 2 wrong usage, 130 interrupted.
`;

/** Up to here in one request; above, resumable in pieces of this size, which are kept for a retry. */
const PIECE_BYTES = 8_388_608;
const CANCEL_TIMEOUT_MS = 3_000;
const CLOUD_FILE = ".hourtally/cloud.json";

/** What `npm start` leaves for other commands while it runs. */
const CloudFile = z.object({ pid: z.int().positive(), storage: z.url(), bucket: z.string() });

type Target = {
  bucketName: string;
  /** A local server's url; undefined: Google's. */
  endpoint: string | undefined;
  /** For people. */
  place: string;
};

type Transfer = {
  /** As it was given. */
  file: string;
  /** Absolute. */
  path: string;
  object: string;
  size: number;
};

type Uploaded = {
  file: string;
  object: string;
  bytes: number;
  generation: string;
  crc32c: string;
  seconds: number;
};

/** A mistake in how the command was called; its message says what to do. */
class UsageError extends Error {}

/** The whole file had been sent when the connection was cut: whether it counts is not known. */
class UnknownOutcomeError extends Error {}

/** What the command works in and writes to. */
export type Terminal = {
  env: Record<string, string | undefined>;
  /** The project's root, where the local cloud leaves its file. */
  directory: string;
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
  /** Fired by Ctrl-C. */
  signal: AbortSignal;
};

if (import.meta.main) {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  const { env, stdout, stderr } = process;
  const directory = process.cwd();
  const { signal } = interrupted;
  // Not exitCode: an upload that is cut off leaves its connection, which would keep the process.
  process.exit(await upload(process.argv.slice(2), { env, directory, stdout, stderr, signal }));
}

/**
 * Runs the command.
 *
 * @returns its exit code: 0 all uploaded, 1 a failure, 2 wrong usage, 130 interrupted
 */
export async function upload(args: string[], terminal: Terminal): Promise<number> {
  try {
    return await run(args, terminal);
  } catch (error) {
    terminal.stderr.write(`upload: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function run(args: string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArguments(args);
  if (values.help) {
    terminal.stdout.write(HELP);
    return 0;
  }
  const { bucket: namedBucket, destination, paths } = splitPositionals(positionals);
  // npm runs scripts in the project's root; paths are meant from where npm was called.
  const from = terminal.env.INIT_CWD ?? terminal.directory;
  const transfers = planTransfers(paths, destination, from);
  const target = chooseTarget(namedBucket ?? values.bucket, terminal);
  terminal.stderr.write(`Uploading to gs://${target.bucketName} (${target.place})\n`);
  return uploadAll(target, transfers, values.json, terminal);
}

function parseArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        bucket: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} Try --help.`);
  }
}

function splitPositionals(positionals: string[]) {
  const paths = positionals.slice(0, -1);
  const last = positionals.at(-1);
  if (last === undefined || paths.length === 0) {
    throw new UsageError("name the FILE(s) and then where they go. Try --help.");
  }
  const [, bucket, destination = last] = /^gs:\/\/([^/]+)\/(.*)$/.exec(last) ?? [];
  return { bucket, destination, paths };
}

/** Everything that can be known to be wrong is found before the first byte is sent. */
function planTransfers(files: string[], destination: string, from: string): Transfer[] {
  const isPrefix = destination === "" || destination.endsWith("/");
  if (!isPrefix && files.length > 1) {
    throw new UsageError(
      `several files need a destination that ends in a slash: ${destination}/ (or are there files that do not exist?)`,
    );
  }
  if (destination.startsWith("/")) {
    throw new UsageError(`the destination must not begin with a slash: ${destination.slice(1)}`);
  }
  const transfers = files.map((file) => {
    const path = resolve(from, file);
    const object = isPrefix ? `${destination}${basename(file)}` : destination;
    return { file, path, object, size: sizeOfFile(file, path) };
  });
  const objects = new Set<string>();
  for (const { object } of transfers) {
    if (objects.has(object)) {
      throw new UsageError(`two of the files would become ${object}; upload them one by one`);
    }
    objects.add(object);
  }
  return transfers;
}

function sizeOfFile(file: string, path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new UsageError(`no such file: ${file}`);
  }
  if (!found.isFile()) {
    throw new UsageError(`not a file: ${file}`);
  }
  return found.size;
}

function chooseTarget(named: string | undefined, { env, directory }: Terminal): Target {
  const emulator = env.STORAGE_EMULATOR_HOST;
  const bucketName = named ?? env.HOURTALLY_LAKE_BUCKET;
  if (bucketName) {
    return { bucketName, endpoint: emulator, place: emulator ?? "Cloud Storage" };
  }
  if (emulator) {
    throw new UsageError("STORAGE_EMULATOR_HOST is set: name its bucket with --bucket NAME.");
  }
  const cloud = readCloudFile(directory);
  if (cloud === undefined) {
    throw new UsageError(
      "which bucket? Start the local cloud with `npm start`, or name one with --bucket NAME or HOURTALLY_LAKE_BUCKET.",
    );
  }
  return {
    bucketName: cloud.bucket,
    endpoint: cloud.storage,
    place: `the local cloud, ${cloud.storage}`,
  };
}

/** The local cloud's particulars, unless it has gone. */
function readCloudFile(directory: string): z.infer<typeof CloudFile> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(directory, CLOUD_FILE), "utf8"));
  } catch {
    return undefined;
  }
  const cloud = CloudFile.safeParse(json);
  return cloud.success && isRunning(cloud.data.pid) ? cloud.data : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user, but there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function uploadAll(
  target: Target,
  transfers: Transfer[],
  json: boolean,
  { stdout, stderr, signal }: Terminal,
): Promise<number> {
  const bucket = await openBucket(target);
  const uploaded: Uploaded[] = [];
  let failure: string | undefined;
  for (const transfer of transfers) {
    try {
      signal.throwIfAborted();
      const result = await uploadOne(bucket, transfer, signal);
      uploaded.push(result);
      if (!json) {
        stdout.write(
          `${result.file} → gs://${target.bucketName}/${result.object} (${result.bytes} bytes, ${result.seconds} s)\n`,
        );
      }
    } catch (error) {
      failure = signal.aborted
        ? `interrupted${error instanceof UnknownOutcomeError ? `; ${error.message}` : ""}`
        : explainFailure(error, transfer, target);
      break;
    }
  }
  const notUploaded = transfers.slice(uploaded.length).map((transfer) => transfer.file);
  if (json) {
    const { bucketName, endpoint } = target;
    stdout.write(
      `${JSON.stringify({ bucket: bucketName, endpoint, uploaded, notUploaded, error: failure })}\n`,
    );
  }
  if (failure !== undefined) {
    const done = uploaded.map((result) => result.file).join(", ");
    stderr.write(
      `upload: ${failure}\n${done === "" ? "Nothing was uploaded." : `Uploaded: ${done}. Not uploaded: ${notUploaded.join(", ")}.`}\n`,
    );
  }
  if (signal.aborted) {
    return 130;
  }
  return failure === undefined ? 0 : 1;
}

async function openBucket({ bucketName, endpoint }: Target): Promise<Bucket> {
  // Loaded late: it takes half a second, which a wrong argument need not wait for.
  const { IdempotencyStrategy, Storage } = await import("@google-cloud/storage");
  const storage = new Storage({
    ...(endpoint !== undefined && { apiEndpoint: endpoint, projectId: "local" }),
    // Sending the same file to the same name twice is harmless, so every step may be retried.
    retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways },
  });
  return storage.bucket(bucketName);
}

async function uploadOne(
  bucket: Bucket,
  { file: given, path, object, size }: Transfer,
  signal: AbortSignal,
): Promise<Uploaded> {
  const started = performance.now();
  const file = bucket.file(object);
  const resumable = size > PIECE_BYTES;
  const destination = file.createWriteStream({
    resumable,
    ...(resumable && { chunkSize: PIECE_BYTES }),
  });
  let session: string | undefined;
  destination.on("uri", (uri: string) => {
    session = uri;
  });
  const source = (await open(path)).createReadStream({ highWaterMark: 262_144 });
  const progress = showProgress(object, size);
  destination.on("progress", ({ bytesWritten }: { bytesWritten: number }) => {
    progress?.update(bytesWritten);
  });
  try {
    await pipeline(source, destination, { signal });
  } catch (error) {
    const cancelled = session !== undefined && (await cancelSession(session));
    if (signal.aborted && !cancelled && source.readableEnded) {
      throw new UnknownOutcomeError(`${object} may have arrived all the same`, { cause: error });
    }
    throw error;
  } finally {
    progress?.stop();
  }
  const { generation, crc32c } = file.metadata;
  return {
    file: given,
    object,
    bytes: size,
    generation: String(generation),
    crc32c: String(crc32c),
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

/** A bar on a terminal, on standard error so that the output stays clean; nothing elsewhere. */
function showProgress(object: string, size: number): SingleBar | undefined {
  if (!process.stderr.isTTY) {
    return undefined;
  }
  const bar = new SingleBar({
    format: `${object} [{bar}] {percentage}% | {value}/{total} bytes | {eta_formatted}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(size, 0);
  return bar;
}

/** Whoever knows a session's url may cancel it; 499 is Cloud Storage's way to say that it is. */
async function cancelSession(session: string): Promise<boolean> {
  try {
    const answer = await fetch(session, {
      method: "DELETE",
      headers: { "content-length": "0" },
      signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS),
    });
    return answer.status === 499;
  } catch {
    return false;
  }
}

function explainFailure(error: unknown, { file }: Transfer, target: Target): string {
  const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const where = `gs://${target.bucketName} (${target.place})`;
  switch (code) {
    case 401:
    case 403:
      return `${file}: no permission to write to ${where}: ${message}`;
    case 404:
      return `${file}: there is no ${where}; check its name, or make it with terraform apply`;
    case "ECONNREFUSED":
      return `${file}: nothing answers at ${target.place}; is it running?`;
    default:
      return /default credentials/i.test(String(message))
        ? `${file}: no credentials for ${where}; run \`gcloud auth application-default login\``
        : `${file}: ${message}`;
  }
}
