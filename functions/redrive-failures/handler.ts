import { describeError } from "../../shared/environment/describe-error.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import {
  type RedriveAnswer,
  type RedriveRequest,
  redriveRequest,
} from "../../shared/events/redrive-request.v1.ts";
import { ExpiredPageError, type FindFailures, type FoundFailures } from "./find-failures.ts";
import { PageTokenError } from "./page-token.ts";
import type { PublishMessage } from "./publish-message.ts";
import { redrivePage } from "./redrive-page.ts";

type Dependencies = {
  find: FindFailures;
  publish: PublishMessage;
  /** ms since 1970, UTC. */
  now: () => number;
  log: {
    info: (counts: object, message: string) => void;
    error: (details: object, message: string) => void;
  };
  config: { topicPrefix: string };
};

/** Failures read at once: two pages are held in memory, each at most about 10 MB. */
const pageSize = 2_000;

type Request = { method: string; body?: unknown };
type Response = {
  status: (code: number) => unknown;
  setHeader: (name: string, value: string) => unknown;
  end: (body: string) => unknown;
};

/**
 * Handles one request to send failed events back. Answers 200 with counts only when every one of them
 * is published and marked, or refused for good; otherwise asking for the same again is right, and
 * harmless.
 */
export function createHandler(dependencies: Dependencies) {
  const { log } = dependencies;
  return async (request: Request, response: Response): Promise<void> => {
    const answer = await answerTo(request, dependencies).catch((error: unknown) => {
      const known = problemOf(error);
      if (known !== undefined) return known;
      log.error(describeError(error), "failed");
      return problem(503, "The page could not be sent back: ask for it again");
    });
    const type = answer.status === 200 ? "application/json" : "application/problem+json";
    response.setHeader("content-type", type);
    response.setHeader("cache-control", "no-store");
    response.status(answer.status);
    response.end(JSON.stringify(answer.body));
  };
}

type Answer = { status: number; body: object };

async function answerTo(request: Request, dependencies: Dependencies): Promise<Answer> {
  if (request.method !== "POST") return problem(405, "Only POST is taken");
  const parsed = redriveRequest.safeParse(readJson(request.body));
  if (!parsed.success) return problem(400, "Not a redrive", issuesOf(parsed.error));
  const body = await redriveMany(parsed.data, dependencies);
  const { reason, dryRun } = parsed.data;
  const { nextPageToken: _nextPageToken, ...counts } = body;
  // Without the stage, which is any text that the sender likes.
  dependencies.log.info({ reason, dryRun, ...counts }, "redriven");
  return { status: 200, body };
}

/** What a body says; undefined when it is no JSON. */
function readJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** While one page of BigQuery's is sent back, the next is read. */
async function redriveMany(
  request: RedriveRequest,
  { find, publish, now, config }: Dependencies,
): Promise<RedriveAnswer> {
  const { limit, requestedBy } = request;
  const answer: RedriveAnswer = { found: 0, redriven: 0, refused: 0, bytes: 0 };
  const read = (pageToken: string | undefined, left: number): Promise<FoundFailures> => {
    const page = find({ ...request, limit: Math.min(left, pageSize), pageToken });
    // Whoever waits for it is told; nobody does after another failure.
    page.catch(() => undefined);
    return page;
  };
  let left = limit;
  let reading: Promise<FoundFailures> | undefined = read(request.pageToken, left);
  while (reading !== undefined) {
    const { found, failures, nextPageToken }: FoundFailures = await reading;
    left -= failures.length;
    const goesOn: boolean = nextPageToken !== undefined && left > 0;
    reading = goesOn ? read(nextPageToken, left) : undefined;
    const page = await redrivePage(failures, publish, {
      topic: `${config.topicPrefix}append-redrives`,
      redriven_at: new Date(now()).toISOString(),
      requested_by: requestedBy,
    });
    answer.found = found;
    answer.redriven += page.redriven;
    answer.refused += page.refused;
    answer.bytes += page.bytes;
    if (nextPageToken !== undefined && !goesOn) answer.nextPageToken = nextPageToken;
  }
  return answer;
}

function problemOf(error: unknown): Answer | undefined {
  if (error instanceof PageTokenError) return problem(400, error.message);
  if (error instanceof ExpiredPageError) return problem(410, error.message);
  return undefined;
}

/** `application/problem+json` (RFC 9457). */
const problem = (status: number, title: string, issues?: object): Answer => ({
  status,
  body: { type: "about:blank", title, status, ...(issues && { issues }) },
});
