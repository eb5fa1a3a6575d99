import { type Answer, answerCalls, problem } from "../../shared/environment/answer-calls.ts";
import { type CloseAnswer, closeRequest } from "../../shared/events/close-request.v1.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import { type ClosingTools, closeStream } from "./close-stream.ts";
import { dayMs } from "./plan-closing.ts";

type Dependencies = ClosingTools & {
  streams: readonly Stream[];
  log: {
    info: (counts: object, message: string) => void;
    error: (details: object, message: string) => void;
  };
};

/** No query begins later than this in a request, which ends after ten minutes. */
const budgetMs = 240_000;
/** A stream that was not closed for longer is looked through as a whole. */
const knownForMs = 40 * dayMs;

/**
 * Handles one request to close hours: of the schedule, or by hand for a range. Answers 200 when their
 * totals are written and topic hours-closed is told; 503 when a stream has failed, and then asking again
 * goes on with what is left. The other streams are closed even so.
 */
export const createHandler = (dependencies: Dependencies) =>
  answerCalls((body) => answerTo(body, dependencies), {
    log: dependencies.log,
    failure: "Hours could not be closed: ask again",
  });

async function answerTo(body: unknown, dependencies: Dependencies): Promise<Answer> {
  const parsed = closeRequest.safeParse(body);
  if (!parsed.success) return problem(400, "Not a request to close", issuesOf(parsed.error));
  const { from, to, stream } = parsed.data;
  const { streams, warehouse, now, log } = dependencies;
  const chosen = streams.filter(({ name }) => stream === undefined || name === stream);
  if (chosen.length === 0) {
    return problem(400, `Not a stream: try ${streams.map(({ name }) => name).join(", ")}`);
  }
  const startedAt = now();
  const range =
    from === undefined || to === undefined
      ? undefined
      : { from: Date.parse(from), to: Date.parse(to) };
  const watermarks =
    range === undefined
      ? await warehouse.readWatermarks(startedAt - knownForMs)
      : { answer: new Map<string, number>(), bytesBilled: 0 };
  const outcomes = await Promise.allSettled(
    chosen.map(async (one) => {
      const watermark = watermarks.answer.get(one.name);
      const closing = { now: startedAt, until: startedAt + budgetMs, range, watermark };
      const { nextFrom, ...counts } = await closeStream(one, closing, dependencies);
      log.info(counts, "closed");
      return { nextFrom, counts };
    }),
  );
  const answer: CloseAnswer = { streams: [] };
  let next = Number.POSITIVE_INFINITY;
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") throw outcome.reason;
    answer.streams.push(outcome.value.counts);
    next = Math.min(next, outcome.value.nextFrom ?? next);
  }
  if (Number.isFinite(next)) {
    const nextFrom = new Date(next).toISOString().replace(".000Z", "Z");
    return { status: 200, body: { ...answer, nextFrom } };
  }
  return { status: 200, body: answer };
}
