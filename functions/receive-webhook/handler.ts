import type { KeyObject } from "node:crypto";
import type { Readable } from "node:stream";
import { admitRequest, type Source, type Topic } from "./admit-request.ts";
import { answerChallenge } from "./answer-challenge.ts";
import { countEvents } from "./count-events.ts";
import { discardBody } from "./discard-body.ts";
import type { RequestHead } from "./guard-requests.ts";
import { type ProblemName, problemJson } from "./problem-json.ts";
import type { PublishBody } from "./publish-body.ts";
import type { BodyReader } from "./read-body.ts";
import { readStandardSignature } from "./read-standard-signature.ts";
import { readXSignature } from "./read-x-signature.ts";
import type { RememberDelivery } from "./remember-deliveries.ts";
import { type SignatureClaim, verifyHmac } from "./verify-hmac.ts";

type Dependencies = {
  headOf: (request: Readable) => RequestHead | undefined;
  bodies: BodyReader;
  remember: RememberDelivery;
  publish: PublishBody;
  /** ms since 1970, UTC. */
  now: () => number;
  log: Record<"debug" | "info" | "warn" | "error", (counts: object, message: string) => void>;
  config: {
    xSecrets: readonly KeyObject[];
    standardSecrets: readonly KeyObject[];
    standardTopics: readonly Topic[];
  };
};

type Response = {
  writeHead: (status: number, headers: Record<string, string>) => unknown;
  write: (body: string) => unknown;
  end: (body?: string) => unknown;
};

type Seen = ReturnType<RememberDelivery> | undefined;

/** What became of a request. `source` and counts are for the log. */
type Outcome =
  | { outcome: "challenged"; responseToken: string }
  | { outcome: "accepted"; source: Source; events: number; bytes: number; seen: Seen }
  | { outcome: "refused"; problem: ProblemName; allow?: string; cause?: unknown }
  | { outcome: "aborted" };

const retryAfterSeconds = "5";

/**
 * Handles one webhook request. Answers with success only after Pub/Sub has acknowledged the body;
 * every other answer means that nothing of it was published, or that this is not known and the
 * sender is to try again. Never throws.
 */
export function createHandler(dependencies: Dependencies) {
  const { headOf, config, log, now } = dependencies;
  return (request: Readable, response: Response): Promise<void> | void => {
    const finish = (outcome: Outcome) => {
      respond(request, response, outcome);
      report(log, outcome);
    };
    const admitted = admit(headOf(request), config, now());
    if ("outcome" in admitted) return finish(admitted);
    return receiveBody(dependencies, admitted, request).then(finish);
  };
}

/** A delivery whose body is worth reading. */
type Delivery = { source: Source; length: number; claim: SignatureClaim };

function admit(
  head: RequestHead | undefined,
  config: Dependencies["config"],
  now: number,
): Delivery | Outcome {
  if (head === undefined) {
    const cause = new Error("a request came past the guard");
    return { outcome: "refused", problem: "internal-error", cause };
  }
  const admission = admitRequest(head, config);
  switch (admission.kind) {
    case "refused": {
      const { problem, allow } = admission;
      return { outcome: "refused", problem, ...(allow !== undefined && { allow }) };
    }
    case "challenge":
      return answerX(admission.query, config.xSecrets);
    case "delivery": {
      const { source, length } = admission;
      const { headers } = head;
      const claim =
        source.scheme === "x" ? readXSignature(headers) : readStandardSignature(headers, now);
      return typeof claim === "string" ? refuse(claim) : { source, length, claim };
    }
  }
}

const refuse = (problem: ProblemName): Outcome => ({ outcome: "refused", problem });

function answerX(query: string, [current]: readonly KeyObject[]): Outcome {
  const responseToken = current && answerChallenge(query, current);
  return responseToken === undefined
    ? refuse("malformed-challenge")
    : { outcome: "challenged", responseToken };
}

/** The order is the guarantee: read, verified, parsed, published, and only then answered. */
async function receiveBody(
  { bodies, remember, publish, config }: Dependencies,
  { source, length, claim }: Delivery,
  request: Readable,
): Promise<Outcome> {
  const read = bodies.read(request, length);
  // The framework's domain makes each promise dear, so what is there is not waited for.
  const body = read instanceof Promise ? await read : read;
  if (body === "aborted") return { outcome: "aborted" };
  if (typeof body === "string") return refuse(body);
  try {
    const secrets = source.scheme === "x" ? config.xSecrets : config.standardSecrets;
    if (!verifyHmac(claim, body, secrets)) return refuse("bad-signature");
    const events = countEvents(body, source.scheme);
    if (typeof events === "string") return refuse(events);
    const { delivery } = claim;
    const seen = delivery && remember({ topic: source.topic, id: delivery.id, body });
    await publish(source.topic, body, {
      source: `${source.scheme}-webhook`,
      ...(delivery && {
        "webhook-id": delivery.id,
        "webhook-timestamp": delivery.timestamp,
      }),
      ...(seen === "conflict" && { "webhook-conflict": "same-id-other-body" }),
    });
    return { outcome: "accepted", source, events, bytes: body.length, seen };
  } catch (cause) {
    return { outcome: "refused", problem: "publish-failed", cause };
  } finally {
    bodies.release(body);
  }
}

function respond(request: Readable, response: Response, outcome: Outcome): void {
  const { status, headers, body } = answerOf(outcome);
  response.writeHead(status, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    // Without it Node sends the answer in chunks.
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  });
  if (outcome.outcome !== "refused") {
    response.end(body);
    return;
  }
  // The sender is answered now; the end of the answer may end the connection.
  response.write(body);
  discardBody(request, () => response.end());
}

type Answer = { status: number; headers: Record<string, string>; body: string };

const json = { "content-type": "application/json" };

function answerOf(outcome: Outcome): Answer {
  switch (outcome.outcome) {
    case "challenged": {
      const body = JSON.stringify({ response_token: outcome.responseToken });
      return { status: 200, headers: json, body };
    }
    case "accepted": {
      // X takes nothing but 200 for received.
      const status = outcome.source.scheme === "x" ? 200 : 202;
      const body = JSON.stringify({ accepted: outcome.events });
      return { status, headers: json, body };
    }
    case "refused": {
      const { status, body } = problemJson(outcome.problem);
      const headers = {
        "content-type": "application/problem+json",
        ...(outcome.allow !== undefined && { allow: outcome.allow }),
        ...(status === 415 && { "accept-encoding": "identity" }),
        ...((status === 429 || status === 503) && { "retry-after": retryAfterSeconds }),
      };
      return { status, headers, body };
    }
    case "aborted":
      // Nobody listens any more; whoever might must not read a success.
      return { status: 400, headers: {}, body: "" };
  }
}

function report(log: Dependencies["log"], outcome: Outcome): void {
  switch (outcome.outcome) {
    case "challenged":
      log.debug({}, "challenge answered");
      return;
    case "accepted": {
      const { source, events, bytes, seen } = outcome;
      if (seen === "conflict") log.warn({ ...source }, "one webhook id came with two bodies");
      // Cloud Run logs each request already.
      log.debug({ ...source, events, bytes, seen }, "accepted");
      return;
    }
    case "refused": {
      const { problem, cause } = outcome;
      if (cause === undefined) log.info({ reason: problem }, "refused");
      else log.error({ reason: problem, ...describe(cause) }, "failed");
      return;
    }
    case "aborted":
      log.info({ reason: "aborted" }, "refused");
  }
}

/** Name and gRPC code say what failed; messages may quote what was sent. */
function describe(cause: unknown): { error: string; code?: unknown } {
  if (!(cause instanceof Error)) return { error: typeof cause };
  return { error: cause.name, ...("code" in cause && { code: cause.code }) };
}
