import * as z from "zod";
import type { Ask, RunQuery } from "./query.ts";

/** How long an answer is good: the open hour changes all the time, but nobody reads faster. */
const maxAgeMs = 5_000;
/** Answers hold at most a few hundred rows each. */
const maxAnswers = 500;

type Answer = { askedAt: number; rows: Promise<unknown[]> };

/**
 * Asks each query once for all who want the same within seconds, also while it still runs. A query
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

  const ask: Ask = async (query, row) => {
    forget();
    const key = JSON.stringify([query.sql, query.params]);
    let answer = answers.get(key);
    if (answer === undefined) {
      const rows = run(query);
      queries += 1;
      answer = { askedAt: now(), rows };
      answers.set(key, answer);
      rows.catch(() => answers.get(key)?.rows === rows && answers.delete(key));
    }
    return z.array(row).parse(await answer.rows);
  };
  return { ask, queries: () => queries };
}
