import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createCoalescedAppender } from "../../functions/append-rows/coalesce-rows.ts";
import { createHandler as createAppendRows } from "../../functions/append-rows/handler.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { createCounter } from "../../functions/bucket-hours/coalesce-increments.ts";
import { createHandler as createBucketHours } from "../../functions/bucket-hours/handler.ts";
import { encodePayload } from "../../shared/codec/encode-payload.ts";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { tables } from "../../shared/rows/tables.ts";
import { messagePublished } from "../support/deliveries.ts";
import {
  type Effort,
  held,
  type Measurement,
  ownCpuMs,
  roundsOf,
  told,
  warmUp,
} from "./measurement.ts";
import { realMessages } from "./real-messages.ts";
import { forkRowSink } from "./start-row-sink.ts";

const rounds = 7;
/** A round is so many events: a measurement of less is all of the clock. */
const eventsOfRound = 40_000;
/** As many requests as an instance takes at once. */
const atOnce = 16;

const log = { info: () => undefined };
const config = { functionVersion: "bench", topicPrefix: "" };
const now = () => Date.now();

/**
 * What a core of the two functions that all events go through does in a second: mentions bucketed,
 * compressed and published to a topic that only acknowledges; rows checked, encoded and appended by
 * Google's client to a warehouse that only acknowledges. Messages are those of the real tweets.
 */
export async function benchHotPath(effort: Effort): Promise<Measurement[]> {
  const messages = await realMessages();
  const mentions = messages.get("url-mentions") ?? [];
  const bucketed = await bucketAll(effort, mentions);
  const sink = await forkRowSink();
  try {
    const appended = new Map<string, number[]>();
    const topics = tables.flatMap(({ topic }) => (messages.has(topic) ? [topic] : []));
    for (const topic of topics) {
      appended.set(topic, await appendAll(effort, sink.url, topic, messages.get(topic) ?? []));
    }
    const increments = "append-url-hours";
    return [
      held("bucket-hours, mentions per second of CPU", bucketed),
      held("append-rows, rows per second of CPU", appended.get(increments) ?? [], {
        of: increments,
      }),
      ...[...appended]
        .filter(([topic]) => topic !== increments)
        .map(([of, rows]) => told("append-rows, rows of other topics", rows, "/s", { of })),
    ];
  } finally {
    sink.stop();
  }
}

/** The mentions of the stream over and over, as messages that come at the same time. */
function bucketAll(effort: Effort, packed: readonly Buffer[]): Promise<number[]> {
  const publish = createLinePublisher(async () => "1");
  const count = createCounter(publish);
  const handle = createBucketHours({ count, publish, now, log, config });
  return perSecond(effort, packed, "url-mentions", handle);
}

function appendAll(
  effort: Effort,
  writeEndpoint: string,
  topic: string,
  packed: readonly Buffer[],
): Promise<number[]> {
  const open = createWriterOpener({ projectId: "bench", dataset: "hourtally", writeEndpoint });
  const append = createCoalescedAppender(createAppender(open));
  return perSecond(effort, packed, topic, createAppendRows({ append, log, config }));
}

/** Events per second of CPU, round by round. */
async function perSecond(
  effort: Effort,
  packed: readonly Buffer[],
  topic: string,
  handle: (event: unknown) => Promise<void>,
): Promise<number[]> {
  const events = packed.reduce((sum, data) => sum + data.toString().split("\n").length, 0);
  const times = Math.ceil(eventsOfRound / events);
  const messages = packed.map((data) => {
    const encoded = encodePayload(data);
    return messagePublished(encoded.data, topic, "1", { attributes: encoded.attributes });
  });
  const round = async () => {
    const queue = Array.from({ length: times }, () => messages)
      .flat()
      .values();
    const worker = async () => {
      for (const message of queue) await handle(message);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  await warmUp(() => ownCpuMs(round));
  const rates: number[] = [];
  for (let left = roundsOf(effort, rounds); left > 0; left--) {
    rates.push((events * times) / ((await ownCpuMs(round)) / 1_000));
  }
  return rates;
}
