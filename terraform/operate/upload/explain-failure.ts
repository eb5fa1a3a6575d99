import type { BucketTarget } from "./find-bucket.ts";
import type { Transfer } from "./plan-transfers.ts";

/** Says what failed and what to do next. */
export function explainFailure(error: unknown, { file }: Transfer, target: BucketTarget): string {
  const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const where = `gs://${target.bucketName} in ${target.place}`;
  switch (code) {
    case 401:
    case 403:
      return `${file}: no permission to write to ${where}: ${message}`;
    case 404:
      return `${file}: there is no ${where}; check its name, or make it with terraform apply`;
    case "ECONNREFUSED":
      return `${file}: nothing answers in ${target.place}; is it running?`;
    default:
      return /default credentials/i.test(String(message))
        ? `${file}: no credentials for ${where}; run \`gcloud auth application-default login\``
        : `${file}: ${message}`;
  }
}
