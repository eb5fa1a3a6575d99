import { type Answer, answerCalls, problem } from "../../shared/environment/answer-calls.ts";
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

/**
 * Handles one request to send failed events back. Answers 200 with counts only when every one of them
 * is published and marked, or refused for good; otherwise asking for the same again is right, and
 * harmless.
 */
export const createHandler = (dependencies: Dependencies) =>
  answerCalls((body) => answerTo(body, dependencies).catch(answerKnown), {
    log: dependencies.log,
    failure: "The page could not be sent back: ask for it again",
  });

async function answerTo(request: unknown, dependencies: Dependencies): Promise<Answer> {
  const parsed = redriveRequest.safeParse(request);
  if (!parsed.success) return problem(400, "Not a redrive", issuesOf(parsed.error));
  const body = await redriveMany(parsed.data, dependencies);
  const { reason, dryRun } = parsed.data;
  const { nextPageToken: _nextPageToken, ...counts } = body;
  // Without the stage, which is any text that the sender likes.
  dependencies.log.info({ reason, dryRun, ...counts }, "redriven");
  return { status: 200, body };
}

/** @throws whatever asking again may mend. */
function answerKnown(error: unknown): Answer {
  if (error instanceof PageTokenError) return problem(400, error.message);
  if (error instanceof ExpiredPageError) return problem(410, error.message);
  throw error;
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
