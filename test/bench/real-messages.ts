import { createCounter } from "../../functions/bucket-hours/coalesce-increments.ts";
import { createHandler as createBucketHours } from "../../functions/bucket-hours/handler.ts";
import { createHandler as createNormalizeTweets } from "../../functions/normalize-tweets/handler.ts";
import { createHandler as createNormalizeUrls } from "../../functions/normalize-urls/handler.ts";
import { joinLines, packLines } from "../../shared/codec/pack-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { streams } from "../../shared/streams/streams.ts";
import { messagePublished } from "../support/deliveries.ts";
import { streamLines } from "./bench-normalize.ts";

/** Full messages of each topic that the real functions make of the real tweets, not yet compressed. */
export async function realMessages(): Promise<Map<string, Buffer[]>> {
  const lines = new Map<string, string[]>();
  const publish: PublishLines<string> = async (topic, _, published) => {
    const known = lines.get(topic) ?? [];
    for (const line of published) known.push(line);
    lines.set(topic, known);
  };
  const log = { info: () => undefined };
  const config = { functionVersion: "bench", topicPrefix: "", storesText: true };
  const now = () => Date.now();
  const normalize = createNormalizeTweets({ publish, now, log, config });
  const judge = createNormalizeUrls({ publish, now, log, config });
  const bucket = createBucketHours({ count: createCounter(publish), publish, now, log, config });
  const messagesOf = (topic: string) =>
    Array.from(packLines(joinLines(lines.get(topic) ?? [])), ({ data }) =>
      messagePublished(data, topic),
    );

  const tweets = Array.from(packLines(joinLines(streamLines())), ({ data }) => data);
  for (const data of tweets) await normalize(messagePublished(data, "tweets"));
  for (const message of messagesOf("link-shares")) await judge(message);
  const events = streams.flatMap(({ name }) => messagesOf(name));
  await Promise.all(events.map(bucket));
  const made = [...lines].filter(([, published]) => published.length > 0);
  return new Map([
    ["tweets", tweets],
    ...made.map(
      ([topic, published]) =>
        [topic, Array.from(packLines(joinLines(published)), ({ data }) => data)] as const,
    ),
  ]);
}
