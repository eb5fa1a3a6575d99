import type { Bucket } from "@google-cloud/storage";
import { landingTopics } from "../../functions/load-object/landing-topics.ts";
import { wholeFolders } from "../../shared/objects/landing-folders.ts";
import { findRunningCloud } from "../../test/local-cloud/cloud-file.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { explainFailure } from "./upload/explain-failure.ts";
import { type BucketTarget, findBucket } from "./upload/find-bucket.ts";
import { planTransfers, type Transfer } from "./upload/plan-transfers.ts";
import { UnknownOutcomeError, type Uploaded, uploadFile } from "./upload/upload-file.ts";

const help = `Uploads files into the lake bucket.

  npm run upload -- FILE… PREFIX/       every file under PREFIX/, by its own name
  npm run upload -- FILE OBJECT         one file, by another name
  npm run upload -- FILE landing/tweets/

The destination may also be gs://BUCKET/PREFIX/. Otherwise the bucket is, in this order:
  --bucket NAME                         in Cloud Storage, unless it is the running local cloud's
  the running local cloud's             (npm start)
  HOURTALLY_LAKE_BUCKET                 in Cloud Storage
With STORAGE_EMULATOR_HOST set, the bucket that is named is there, whatever runs.

What landing/FOLDER/ holds is counted; folders are ${[...landingTopics.map(({ name }) => name), ...wholeFolders].join(", ")}.

  --json                                one JSON object on standard output instead of text
  --help                                this text

An object that exists is replaced. Interrupting with Ctrl-C leaves no partial object.
Exit codes: 0 all uploaded, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

/** What `npm run upload` does. */
export async function upload(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseUploadOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  // npm runs scripts in the project's root; paths are meant from where npm was called.
  const from = process.env.INIT_CWD ?? process.cwd();
  const topics = landingTopics.map(({ name }) => name);
  const transfers = planTransfers(options.files, options.destination, from, topics);
  const local = await findRunningCloud();
  const target = findBucket({ named: options.bucket, environment: process.env, local });
  process.stderr.write(`Uploading to gs://${target.bucketName} in ${target.place}\n`);
  await uploadAll(target, transfers, options.json, listen());
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseUploadOptions(args: string[]) {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      bucket: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const files = positionals.slice(0, -1);
  const last = positionals.at(-1);
  if (last === undefined || files.length === 0) {
    throw new UserError("name the FILE(s) and then where they go. Try --help.");
  }
  const [, bucket = values.bucket, destination = last] = /^gs:\/\/([^/]+)\/(.*)$/.exec(last) ?? [];
  return { files, destination, bucket, json: values.json };
}

/** @throws {Error} after the first failure or Ctrl-C, that says what was uploaded and what was not. */
async function uploadAll(
  target: BucketTarget,
  transfers: readonly Transfer[],
  json: boolean,
  signal: AbortSignal,
): Promise<void> {
  const bucket = await openBucket(target);
  const { bucketName, endpoint } = target;
  const uploaded: Uploaded[] = [];
  let failure: string | undefined;
  for (const transfer of transfers) {
    try {
      signal.throwIfAborted();
      const result = await uploadFile(bucket, transfer, signal);
      uploaded.push(result);
      if (!json) process.stdout.write(describeUploaded(result, bucketName));
    } catch (error) {
      failure = signal.aborted
        ? `interrupted${error instanceof UnknownOutcomeError ? `; ${error.message}` : ""}`
        : explainFailure(error, transfer, target);
      break;
    }
  }
  const notUploaded = transfers.slice(uploaded.length).map(({ file }) => file);
  if (json) {
    const report = { bucket: bucketName, endpoint, uploaded, notUploaded, error: failure };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  if (failure === undefined) return;
  const done = uploaded.map(({ file }) => file).join(", ");
  const rest = `Uploaded: ${done}. Not uploaded: ${notUploaded.join(", ")}.`;
  throw new Error(`${failure}\n${done === "" ? "Nothing was uploaded." : rest}`);
}

async function openBucket({ bucketName, endpoint }: BucketTarget): Promise<Bucket> {
  // Loaded late: it takes half a second, which a wrong argument need not wait for.
  const { IdempotencyStrategy, Storage } = await import("@google-cloud/storage");
  const storage = new Storage({
    ...(endpoint !== undefined && { apiEndpoint: endpoint, projectId: "local" }),
    // Sending the same file to the same name twice is harmless, so every step may be retried.
    retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways },
  });
  return storage.bucket(bucketName);
}

const describeUploaded = ({ file, object, bytes, seconds }: Uploaded, bucketName: string): string =>
  `${file} → gs://${bucketName}/${object} (${bytes} bytes, ${seconds} s)\n`;

if (import.meta.main) await runCommand("upload", upload);
