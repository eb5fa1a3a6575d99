/** Says what failed and what to do next; for failures nobody foresaw, the message alone. */
export function explainFailure(
  error: unknown,
  target: { topic: string; project: string; address?: string },
): string {
  const { topic, project, address } = target;
  const where = address === undefined ? `project ${project}` : `project ${project} at ${address}`;
  const reason = error instanceof Error ? error.message : String(error);
  if (reason.includes("Could not load the default credentials")) {
    return "no Google Cloud credentials: run gcloud auth application-default login";
  }
  switch (statusCode(error)) {
    case 3:
      return `${reason}\nThe server refuses this message: check --topic, --attribute and --pack`;
    case 5:
      return address === undefined
        ? `no topic ${topic} in ${where}: create it (terraform apply, or gcloud pubsub topics create ${topic} --project ${project}), or name another with --topic`
        : `no topic ${topic} in ${where}: name one that exists with --topic, or the right --project; npm start makes all topics of the pipeline`;
    case 7:
      return `not allowed to publish to ${topic} in ${where}: the account needs roles/pubsub.publisher on the topic`;
    case 16:
      return "Google Cloud does not accept the credentials: run gcloud auth application-default login";
    case 4:
    case 14:
      return `${reason}\nThe Pub/Sub server of ${where} does not answer any more: see whether it still runs, then publish the rest; what is sent twice is counted once`;
    default:
      return reason;
  }
}

/** The gRPC status code of a failure or of what caused it. */
function statusCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "number") return error.code;
  return statusCode(error.cause);
}
