import * as z from "zod";
import type { Ask, Query, RunQuery } from "./query.ts";

/** How long an answer is good: the open hour changes all the time, but nobody reads faster … */
const leastGoodMs = 5_000;
/** … and what takes long takes a tenth of the time at most, however many look at it. */
const goodForTook = 10;
const mostGoodMs = 30_000;
/** How long it is still given while a newer one is on its way: nobody waits for a query twice. */
const maxAgeMs = 60_000;
/** Answers hold at most a few hundred rows each. */
const maxAnswers = 500;

type Answer = { askedAt: number; goodMs: number; rows: Promise<unknown[]>; isRenewed: boolean };

/**
 * Asks each query once for all who want the same within seconds, also while it still runs. An answer
 * that is a little older is given at once, and asked for anew for those who come next. A query
 * that fails is forgotten, so that the next one tries again. `queries` is how many
 * this instance has run.
 */
export function createQueryCache(
  run: RunQuery,
  now: () => number,
): { ask: Ask; queries: () => number } {
  /** In the order in which they were asked. */
  const answers = new Map<string, Answer>();
  let queries = 0;

  const forget = () => {
    for (const [key, { askedAt }] of answers) {
      if (now() - askedAt < maxAgeMs && answers.size <= maxAnswers) return;
      answers.delete(key);
    }
  };

  const start = (query: Query): Answer => {
    queries += 1;
    const answer = { askedAt: now(), goodMs: leastGoodMs, rows: run(query), isRenewed: false };
    answer.rows.then(
      () => {
        const tookMs = now() - answer.askedAt;
        answer.goodMs = Math.min(Math.max(leastGoodMs, goodForTook * tookMs), mostGoodMs);
      },
      () => undefined,
    );
    return answer;
  };

  /** The answer takes the place of an older one when it is there. */
  const renew = (key: string, query: Query, old: Answer): void => {
    old.isRenewed = true;
    const renewed = start(query);
    renewed.rows.then(
      () => answers.delete(key) && answers.set(key, renewed),
      // The older one goes when it is too old, and whoever comes then is told.
      () => {
        old.isRenewed = false;
      },
    );
  };

  const ask: Ask = async (query, row) => {
    forget();
    const key = JSON.stringify([query.sql, query.params]);
    const known = answers.get(key);
    if (known !== undefined) {
      if (now() - known.askedAt >= known.goodMs && !known.isRenewed) renew(key, query, known);
      return z.array(row).parse(await known.rows);
    }
    const answer = start(query);
    answers.set(key, answer);
    answer.rows.catch(() => answers.get(key) === answer && answers.delete(key));
    return z.array(row).parse(await answer.rows);
  };
  return { ask, queries: () => queries };
}
