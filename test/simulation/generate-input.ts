import { gzipSync, zstdCompressSync } from "node:zlib";
import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { Random } from "../support/create-random.ts";
import { objectFinalized } from "../support/deliveries.ts";
import type { Storm } from "./draw-storm.ts";
import { type CountedEvent, createEvents } from "./invent-events.ts";
import { servers } from "./invent-mastodon.ts";
import { inventObject, type LandedObject } from "./invent-objects.ts";
import { createRecords, type InputTopic, type InventedRecord } from "./invent-records.ts";
import { inventWebhook, type Webhook } from "./invent-webhooks.ts";

/** What one item of a message must become a receipt of. */
type ExpectedReceipt = {
  /** `records[3]`, or `records[3][1]` inside a page. */
  position: string;
  /** `tweet x:1`, `delete x:1` or `ignored notice-limit`. */
  outcome: string;
};

/** What one record of a message must become a failed event of. */
type ExpectedFailure = NonNullable<InventedRecord["failure"]> & {
  position: string;
  /** Base64. */
  original: string;
};

export type InputMessage = {
  topic: InputTopic | "object-finalized";
  /** ms after the start at which it is published. */
  afterMs: number;
  data: Buffer;
  attributes?: Record<string, string>;
  receipts: ExpectedReceipt[];
  failures: ExpectedFailure[];
};

/** All that comes in, and all that must come out. */
export type Input = {
  /** ms since 1970, UTC. */
  startMs: number;
  messages: InputMessage[];
  /** What lands in the bucket; a message tells of each. */
  objects: readonly LandedObject[];
  /** What is posted, in place of messages. */
  webhooks: readonly Webhook[];
  counted: readonly CountedEvent[];
  /**
   * Ids that a delete names, whether their post is in the input or not, and those of authors who are
   * gone, with all posts of theirs behind them.
   */
  deleted: ReadonlySet<string>;
};

/** Around midnight, the ends of months and years, leap days and changes of summer time. */
const starts = [
  "2024-02-29T23:30:00.000Z",
  "2025-11-02T05:20:00.000Z",
  "2025-12-31T23:10:00.000Z",
  "2026-02-28T22:58:00.000Z",
  "2026-03-29T00:40:00.000Z",
  "2026-07-03T06:29:00.000Z",
];

/** Statuses come from a server, which their message names. */
const attributesOf = (topic: InputTopic, server: string) =>
  topic === "mastodon-statuses" ? { attributes: { source: "simulated", server } } : {};

/** Mentions are not archived: what is counted again from an archive can have none of others. */
const archivedTopics = ["bluesky-events", "mastodon-statuses", "link-shares"] as const;
const otherTopics = [...archivedTopics, "url-mentions"] as const;

/** Messages that come from the normalizers of other networks, and from who knows pages already. */
const othersShare = 0.5;
/** Each is a message of its own. */
const linesPerWebhook = 15;
const webhooksMs = 10 * 60_000;
const minMessages = 20;
const maxMessages = 200;

/** An input of so many lines, packed into messages that come in bursts. */
export function generateInput(random: Random, lines: number, storm: Storm): Input {
  const startMs = Date.parse(random.pick(starts));
  const events = createEvents(random, !storm.mixedVersions);
  const deleted = new Set<string>();
  const records = createRecords(random, storm, events, deleted);
  const messages: InputMessage[] = [];
  // Storms act on messages: even a short input is many, and a long one not too many.
  const most = Math.max(storm.maxLinesPerMessage, Math.ceil(lines / maxMessages));
  const max = Math.min(most, Math.ceil(lines / minMessages));
  const objects = storm.objects
    ? Array.from({ length: 2 + random.below(3) }, (_, index) =>
        inventObject(random, { records, nowMs: startMs, index, lines: Math.ceil(lines / 10) }),
      )
    : [];
  for (const object of objects) messages.push(notify(object, random.below(60_000)));
  let afterMs = 0;
  const webhooks = storm.webhooks
    ? Array.from({ length: Math.ceil(lines / linesPerWebhook) }, (_, index) => {
        const afterMs = random.below(webhooksMs);
        return inventWebhook(random, { records, nowMs: startMs + afterMs, afterMs, index });
      })
    : [];
  const loaded = objects.reduce((sum, object) => sum + object.records.size, 0);
  let left = lines - loaded - webhooks.length;
  while (left > 0) {
    const others = random.pick(storm.replays ? archivedTopics : otherTopics);
    const server = random.pick(servers);
    const topic = random.chance(othersShare) ? others : "tweets";
    const size = Math.min(left, random.chance(0.3) ? 1 + random.below(max) : max);
    left -= size;
    const nowMs = startMs + afterMs;
    const content = Array.from({ length: size }, () => records.of[topic](nowMs, server));
    messages.push({ topic, afterMs, ...attributesOf(topic, server), ...pack(content) });
    // Most come at the same moment as the one before, and so may share a batch.
    if (random.chance(0.4)) afterMs += random.below(storm.paceMs);
  }
  for (const server of servers) {
    const rest = records.restOf(server);
    const topic = "mastodon-statuses";
    if (rest.length > 0) {
      messages.push({ topic, afterMs, ...attributesOf(topic, server), ...pack(rest) });
    }
  }
  if (storm.poison > 0) messages.push(...unreadable.map((one) => fail(one, afterMs)));
  return { startMs, messages, objects, webhooks, counted: events.counted, deleted };
}

/** Messages that cannot be read as their attributes say. */
const tweet = Buffer.from('{"delete":{"status":{"id":1,"id_str":"1"}}}');
const unreadable: readonly { encoding: string; data: Buffer; reason: FailureReason }[] = [
  { encoding: "br", data: tweet, reason: "unsupported-encoding" },
  { encoding: "zstd", data: tweet, reason: "corrupt-data" },
  { encoding: "zstd", data: zstdCompressSync(tweet).subarray(0, -1), reason: "truncated-data" },
  { encoding: "gzip", data: gzipSync(tweet).subarray(0, -9), reason: "truncated-data" },
  { encoding: "gzip", data: gzipSync(Buffer.alloc(0)), reason: "empty-message" },
];

function fail({ encoding, data, reason }: (typeof unreadable)[number], afterMs: number) {
  const original = data.toString("base64");
  return {
    topic: "tweets" as const,
    afterMs,
    data,
    attributes: { "content-encoding": encoding },
    receipts: [],
    failures: [{ position: "records[0]", reason, items: 1, original, heals: false }],
  };
}

function notify(object: LandedObject, afterMs: number): InputMessage {
  const notification = objectFinalized(object);
  const data = Buffer.from(notification.data);
  const failure = { position: "object", items: 1, original: data.toString("base64") };
  const failures =
    object.broken === undefined ? [] : [{ ...failure, reason: object.broken, heals: false }];
  const { attributes } = notification;
  return { topic: "object-finalized", afterMs, data, attributes, receipts: [], failures };
}

/** The message that must be published of some lines of an object. */
export function expectLoaded(object: LandedObject, data: Buffer): InputMessage {
  const lines = data.toString().split("\n");
  const records = lines.map((line) => object.records.get(line) ?? { line, receipts: [] });
  return { topic: "tweets", afterMs: 0, ...pack(records) };
}

/** The message that must be published of what is posted. */
export const expectReceived = ({ record }: Webhook): InputMessage => ({
  topic: "tweets",
  afterMs: 0,
  ...pack([record]),
});

function pack(records: readonly InventedRecord[]) {
  const receipts: ExpectedReceipt[] = [];
  const failures: ExpectedFailure[] = [];
  for (const [line, record] of records.entries()) {
    const position = `records[${line}]`;
    for (const { place, outcome } of record.receipts) {
      receipts.push({ position: position + place, outcome });
    }
    if (record.failure !== undefined) {
      const original = Buffer.from(record.line).toString("base64");
      failures.push({ ...record.failure, position, original });
    }
  }
  const data = joinLines(records.map(({ line }) => line));
  if (data.length === 0) {
    // A single blank line is a message without a payload.
    const empty = { reason: "empty-message", items: 1, heals: false } as const;
    failures.push({ ...empty, position: "records[0]", original: "" });
  }
  return { data, receipts, failures };
}

function joinLines(lines: readonly (string | Buffer)[]): Buffer {
  const isText = (line: string | Buffer): line is string => typeof line === "string";
  if (lines.every(isText)) return Buffer.from(lines.join("\n"));
  return Buffer.concat(
    lines.flatMap((line, index) => [Buffer.from(index === 0 ? "" : "\n"), Buffer.from(line)]),
  );
}
