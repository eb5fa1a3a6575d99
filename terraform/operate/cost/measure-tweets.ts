import { encodeRow } from "../../../functions/append-rows/encode-row.ts";
import { createHandler as createAppender } from "../../../functions/append-rows/handler.ts";
import { bucketHours } from "../../../functions/bucket-hours/bucket-hours.ts";
import { createHandler as createBucketer } from "../../../functions/bucket-hours/handler.ts";
import { createHandler as createNormalizer } from "../../../functions/normalize-tweets/handler.ts";
import { createHandler as createJudge } from "../../../functions/normalize-urls/handler.ts";
import { type EncodedPayload, encodePayload } from "../../../shared/codec/encode-payload.ts";
import { joinLines, packLines } from "../../../shared/codec/pack-lines.ts";
import { columnsOf } from "../../../shared/rows/table.ts";
import { tables } from "../../../shared/rows/tables.ts";
import { streams } from "../../../shared/streams/streams.ts";
import { generateTweets } from "../../../test/producer/generate-tweets.ts";
import { messagePublished } from "../../../test/support/deliveries.ts";

/** What one function does with the tweets of a run. */
type Measured = {
  /** Messages that it was given. */
  requests: number;
  /** Requests before it that published them: what one publishes to several topics comes together. */
  bursts: number;
  cpuSeconds: number;
  /** Of its own log lines. */
  logBytes: number;
};

/** What became of `tweets` lines of a stream on their way through the functions. */
export type MeasuredRun = {
  tweets: number;
  /** Of the tweets themselves, one after the other, not compressed. */
  plainBytes: number;
  /** By name. */
  functions: Record<string, Measured>;
  /** Sizes of all messages as they are published, compressed, by topic. */
  messages: Record<string, number[]>;
  /** Bytes of the rows that are appended, as JSON, by table. */
  rowBytes: Record<string, number>;
  /** Of those of `posts`, what is published: without the words that append-rows finds in them. */
  receiptBytes: number;
  /** Rows of the indices of the hours that they are of, as export-hours would write them. */
  indexRows: number;
};

const endingAt = new Date("2026-01-02T03:04:05Z");
const receivedAt = "2026-01-02T03:04:05.678Z";
const config = { functionVersion: "measured", topicPrefix: "", storesText: true };

/**
 * Sends generated tweets, `pack` to a message, through the real handlers in this process, and
 * measures CPU time and bytes. No network: what requests themselves cost is not in it.
 */
export async function measureTweets(options: {
  tweets: number;
  pack: number;
}): Promise<MeasuredRun> {
  const lines = [...generateTweets({ count: options.tweets, seed: 1, endingAt })].map(
    ({ json }) => json,
  );
  const messages = new Map<string, Payload[]>();
  const run = createRun();
  let receiptBytes = 0;
  const publish = async (topic: string, _schema: string, published: readonly string[]) => {
    if (published.length === 0) return;
    const queue = messages.get(topic) ?? [];
    messages.set(topic, queue);
    if (topic === "append-posts")
      receiptBytes += sum(published.map((line) => Buffer.byteLength(line)));
    for (const { data } of packLines(joinLines(published)))
      queue.push({ ...encodePayload(data), cause: run.request() });
  };
  const now = () => endingAt.getTime();
  const { log, measure } = run;
  /** What one function does with the messages of all its topics. */
  const measureAll = async (topics: readonly string[], handle: Handle): Promise<Measured> => {
    const parts: Measured[] = [];
    const causes = new Set<string>();
    for (const topic of topics) {
      const sent = messages.get(topic) ?? [];
      parts.push(await measure(sent, topic, handle));
      for (const { cause } of sent) causes.add(cause);
    }
    return {
      requests: sum(parts.map(({ requests }) => requests)),
      bursts: causes.size,
      cpuSeconds: sum(parts.map(({ cpuSeconds }) => cpuSeconds)),
      logBytes: sum(parts.map(({ logBytes }) => logBytes)),
    };
  };

  const incoming = packs(lines, options.pack);
  const normalize = createNormalizer({ publish, now, log, config });
  const normalized = await measure(incoming, "tweets", normalize);

  const judge = createJudge({ publish, now, log, config });
  const judged = await measure(messages.get("link-shares") ?? [], "link-shares", judge);

  const indexRows = new Set<string>();
  const bucket = createBucketer({
    count: async (stream, events) => {
      const rows = bucketHours(stream, events);
      for (const { name } of stream.indices) {
        for (const row of rows) {
          const key = stream.keys.map((field) => row[field]);
          indexRows.add(JSON.stringify([name, row.hour, ...key]));
        }
      }
      const appended = rows.map((row) => JSON.stringify(row));
      await publish(stream.increments.topic, "increments", appended);
    },
    publish,
    now,
    log,
    config,
  });
  const bucketed = await measureAll(
    streams.map(({ name }) => name),
    bucket,
  );

  const rowBytes: Record<string, number> = {};
  const append = createAppender({
    append: async (table, rows) => {
      const columns = columnsOf(table);
      for (const { row, bytes } of rows) {
        encodeRow(row, columns);
        rowBytes[table.name] = (rowBytes[table.name] ?? 0) + bytes;
      }
      return new Map();
    },
    log,
    config,
  });
  const appended = await measureAll(
    tables.map(({ topic }) => topic),
    append,
  );

  return {
    tweets: lines.length,
    plainBytes: sum(lines.map((line) => Buffer.byteLength(line))),
    functions: {
      "normalize-tweets": normalized,
      "normalize-urls": judged,
      "bucket-hours": bucketed,
      "append-rows": appended,
    },
    messages: {
      tweets: incoming.map(({ data }) => data.length),
      ...Object.fromEntries(
        [...messages].map(([topic, sent]) => [topic, sent.map(({ data }) => data.length)]),
      ),
    },
    rowBytes,
    receiptBytes,
    indexRows: indexRows.size,
  };
}

type Handle = (event: unknown) => Promise<void>;

/** A message as it is published, and the request that published it. */
type Payload = EncodedPayload & { cause: string };

type Log = { info: (counts: object, message: string) => void; takeBytes: () => number };

/** Handles messages one after the other, and knows which of them is being handled. */
function createRun() {
  const log = createLog();
  let request = "";
  const measure = async (
    payloads: readonly EncodedPayload[],
    topic: string,
    handle: Handle,
  ): Promise<Measured> => {
    const events = payloads.map(({ data, attributes }, index) =>
      messagePublished(data, topic, String(index), { publishTime: receivedAt, attributes }),
    );
    log.takeBytes();
    const before = process.cpuUsage();
    for (const [index, event] of events.entries()) {
      request = `${topic} ${index}`;
      await handle(event);
    }
    const { user, system } = process.cpuUsage(before);
    const cpuSeconds = (user + system) / 1_000_000;
    const requests = events.length;
    return { requests, bursts: requests, cpuSeconds, logBytes: log.takeBytes() };
  };
  return { log, measure, request: () => request };
}

/** The functions' log, as far as its bytes are concerned. */
function createLog(): Log {
  let bytes = 0;
  const frame = {
    severity: "INFO",
    time: receivedAt,
    serviceContext: { service: "", version: "" },
  };
  return {
    info: (counts, message) => {
      bytes += JSON.stringify({ ...frame, ...counts, message }).length + 30;
    },
    takeBytes: () => {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
  };
}

function packs(lines: readonly string[], pack: number): EncodedPayload[] {
  const count = Math.ceil(lines.length / pack);
  return Array.from({ length: count }, (_, index) =>
    encodePayload(Buffer.from(lines.slice(index * pack, (index + 1) * pack).join("\n"))),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
