import { describeError } from "./describe-error.ts";

/** What a call is answered: a body that becomes JSON. */
export type Answer = { status: number; body: object };

type Request = { method: string; body?: unknown };
type Response = {
  status: (code: number) => unknown;
  setHeader: (name: string, value: string) => unknown;
  end: (body: string) => unknown;
};
type Log = { error: (details: object, message: string) => void };

/**
 * A handler of calls that people or a schedule make: `POST` with JSON, of which `answer` gets the
 * value, undefined where it is none. What `answer` throws is logged and answered with 503 and `failure`,
 * which says what to do next.
 */
export function answerCalls(
  answer: (body: unknown) => Promise<Answer>,
  { log, failure }: { log: Log; failure: string },
) {
  return async (request: Request, response: Response): Promise<void> => {
    const { status, body } = await answerTo(request, answer).catch((error: unknown) => {
      log.error(describeError(error), "failed");
      return problem(503, failure);
    });
    const type = status === 200 ? "application/json" : "application/problem+json";
    response.setHeader("content-type", type);
    response.setHeader("cache-control", "no-store");
    response.status(status);
    response.end(JSON.stringify(body));
  };
}

/** `application/problem+json` (RFC 9457). */
export const problem = (status: number, title: string, issues?: object): Answer => ({
  status,
  body: { type: "about:blank", title, status, ...(issues && { issues }) },
});

async function answerTo(
  { method, body }: Request,
  answer: (body: unknown) => Promise<Answer>,
): Promise<Answer> {
  if (method !== "POST") return problem(405, "Only POST is taken");
  return answer(readJson(body));
}

function readJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
