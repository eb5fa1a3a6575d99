import * as z from "zod";
import { encodePayload } from "../../shared/codec/encode-payload.ts";
import type { PublishMessage } from "../../shared/codec/publish-message.ts";
import { type Answer, answerCalls, problem } from "../../shared/environment/answer-calls.ts";
import { describeError } from "../../shared/environment/describe-error.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type { PreparedSource } from "./config.ts";
import type { Cursor } from "./cursor.ts";
import type { FetchPage } from "./fetch-page.ts";
import type manifest from "./function.json";
import type { Lake } from "./open-lake.ts";
import { pollFiles } from "./poll-files.ts";
import { pollPages } from "./poll-pages.ts";
import type { Polled } from "./polled.ts";

type Dependencies = Lake & {
  fetchPage: FetchPage;
  publish: PublishMessage<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: {
    info: (counts: object, message: string) => void;
    error: (details: object, message: string) => void;
  };
  config: { sources: readonly PreparedSource[] };
};

/** By hand, one source is asked at once; a schedule asks all that are due. */
const pollRequest = z.object({ source: z.string().optional() });
const minuteMs = 60_000;

/**
 * Handles one request to poll: of the schedule, or by hand for one source. Answers 200 when all that
 * sources gave is published and their cursors are written; 503 when one could not be asked, after the
 * others were.
 */
export const createHandler = (dependencies: Dependencies) =>
  answerCalls((body) => answerTo(body, dependencies), {
    log: dependencies.log,
    failure: "Not all sources could be polled: ask again",
  });

async function answerTo(body: unknown, dependencies: Dependencies): Promise<Answer> {
  const parsed = pollRequest.safeParse(body);
  if (!parsed.success) return problem(400, "Not a request to poll", issuesOf(parsed.error));
  const { source: wanted } = parsed.data;
  const { sources } = dependencies.config;
  const minute = Math.floor(dependencies.now() / minuteMs);
  const due = sources.filter(({ name, everyMinutes }) =>
    wanted === undefined ? minute % everyMinutes === 0 : name === wanted,
  );
  if (wanted !== undefined && due.length === 0) {
    return problem(
      400,
      `Not a source that is polled: ${sources.map(({ name }) => name).join(", ")}`,
    );
  }
  const answers: object[] = [];
  let hasFailed = false;
  // One after the other: each may hold pages, and memory is bounded.
  for (const source of due) {
    const { outcome, ...counts } = await pollOne(source, dependencies);
    answers.push({ source: source.name, outcome, ...counts });
    if (outcome === "failed" || outcome === "refused") hasFailed = true;
  }
  return hasFailed
    ? problem(503, "Not all sources could be polled: ask again", answers)
    : { status: 200, body: { sources: answers } };
}

type Outcome = {
  outcome: Polled["outcome"] | "left-alone" | "overtaken";
  pages: number;
  items: number;
};

async function pollOne(source: PreparedSource, dependencies: Dependencies): Promise<Outcome> {
  const { cursors, now, log } = dependencies;
  const { number, cursor } = await cursors.read(source.name);
  if (cursor.notBefore !== undefined && now() < cursor.notBefore) {
    return { outcome: "left-alone", pages: 0, items: 0 };
  }
  const polled = await ask(source, cursor, dependencies);
  const { outcome, pages, items, bytes, error } = polled;
  const isNew = JSON.stringify(polled.cursor) !== JSON.stringify(cursor);
  const isWritten =
    !isNew || (await cursors.write(source.name, { number: number + 1, cursor: polled.cursor }));
  const counts = { source: source.name, outcome, pages, items, bytes };
  if (error === undefined) log.info(counts, "polled");
  else log.error({ ...counts, ...describeError(error) }, "polled");
  // Another poller was faster: what both published counts once, and its cursor is as good.
  return { outcome: isWritten ? outcome : "overtaken", pages, items };
}

function ask(
  source: PreparedSource,
  cursor: Cursor,
  { fetchPage, publish, store, now }: Dependencies,
): Promise<Polled> {
  if (source.kind === "files") return pollFiles(source, cursor, { fetchPage, store, now });
  const { host } = new URL(source.url);
  const send = (page: Buffer) => {
    const { data, attributes } = encodePayload(page);
    const told = { schema: "raw", source: source.name, server: host };
    return publish(source.topic, data, { ...told, ...attributes });
  };
  return pollPages(source, cursor, { fetchPage, publish: send, now });
}
