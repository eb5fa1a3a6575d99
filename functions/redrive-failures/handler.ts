import { describeError } from "../../shared/environment/describe-error.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { type RedriveAnswer, redriveRequest } from "../../shared/events/redrive-request.v1.ts";
import { ExpiredPageError, type FindFailures } from "./find-failures.ts";
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

type Request = { method: string; body?: unknown };
type Response = {
  status: (code: number) => unknown;
  setHeader: (name: string, value: string) => unknown;
  end: (body: string) => unknown;
};

/**
 * Handles one request to send a page of failed events back. Answers 200 with counts only when every
 * one of them is published and marked, or refused for good; otherwise asking for the same page again
 * is right, and harmless.
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
  const { find, publish, now, log, config } = dependencies;
  if (request.method !== "POST") return problem(405, "Only POST is taken");
  const parsed = redriveRequest.safeParse(request.body);
  if (!parsed.success) return problem(400, "Not a redrive", issuesOf(parsed.error));
  const { stage, reason, dryRun, by } = parsed.data;

  const { found, failures, nextPageToken } = await find(parsed.data);
  const page = await redrivePage(failures, publish, {
    topic: `${config.topicPrefix}append-redrives`,
    redriven_at: new Date(now()).toISOString(),
    by,
  });
  log.info({ stage, reason, dryRun, found, ...page }, "redriven");
  const body: RedriveAnswer = { found, ...page, ...(nextPageToken && { nextPageToken }) };
  return { status: 200, body };
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
