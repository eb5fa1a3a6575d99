import * as z from "zod";
import { sharedLines } from "../support/shared-data.ts";

export type StreamTweet = { id: string; line: string };

const status = z.object({ id_str: z.string(), text: z.string() });

/** Ids hold milliseconds above their lowest 22 bits. The sample has ten milliseconds of each second. */
const idStep = 20n * 2n ** 22n;

/** The distinct tweets of the real stream, without its delete notices. */
export function streamTweets(): StreamTweet[] {
  const lines = new Map<string, string>();
  for (const line of sharedLines("tweets/stream-2019-07-03.jsonl.gz")) {
    const tweet = status.safeParse(JSON.parse(line));
    if (tweet.success) lines.set(tweet.data.id_str, line);
  }
  return Array.from(lines, ([id, line]) => ({ id, line }));
}

/** The lines of the tweets so many times, each time with ids of their own. */
export function* withOwnIds(tweets: readonly StreamTweet[], times: number): Generator<string> {
  for (let copy = 0n; copy < times; copy++) {
    for (const { id, line } of tweets)
      yield line.replaceAll(id, String(BigInt(id) + copy * idStep));
  }
}
