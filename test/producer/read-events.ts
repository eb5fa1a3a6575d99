import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { TopicFormat } from "../../functions/load-object/landing-topic.ts";
import { landingTopics } from "../../functions/load-object/landing-topics.ts";
import { readRecords } from "../../functions/load-object/read-records.ts";
import type { JudgedRecord } from "../../functions/load-object/record.ts";
import { BrokenObjectError } from "../../shared/objects/broken-object-error.ts";
import { inflateGzip, isGzip } from "../../shared/objects/inflate-gzip.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { maxEventBytes } from "./event-limits.ts";

/** Node's default of 64 KiB costs as much as looking for the line ends. */
const readAtOnceBytes = 1_048_576;
/** As `isGzip` asks for. */
const enoughToTell = 2;

type Reading = {
  /** What files may hold depends on the topic: the name of one. */
  topic: string;
  /** Hears of the bytes that are taken from a file, still packed. */
  onRead?: (bytes: number) => void;
  /** Hears where something stands that cannot be published, and why. */
  onRefused?: (place: string, reason: string) => void;
};

/**
 * The events of files, one after another, whatever their size: what an upload of the same files
 * would publish, read by the same reader. `-` is standard input. What is no event is one, too:
 * judging it is the work of those who read the topic. An event over `maxEventBytes` is left out.
 * @throws {Error} when a file cannot be read or unpacked, after the events before the fault.
 */
export async function* readEvents(
  paths: readonly string[],
  reading: Reading,
): AsyncGenerator<Buffer> {
  for (const path of paths) {
    try {
      for await (const batch of readBatches(path, reading)) {
        for (const record of batch) {
          const { raw } = record;
          const refused = whyRefused(record);
          if (refused === undefined) yield "row" in record ? record.row : raw.bytes;
          else reading.onRefused?.(`${nameOf(path)}, line ${raw.line}`, refused);
        }
      }
    } catch (error) {
      throw new Error(`cannot read ${nameOf(path)}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/**
 * Looks at the beginning of each file, so that nothing of any is published when one of them is
 * something else than events.
 * @throws {UserError} that says which one, and what it is.
 */
export async function checkFiles(paths: readonly string[], topic: string): Promise<void> {
  for (const path of paths) {
    if (path === "-") continue;
    const batches = readBatches(path, { topic });
    try {
      await batches.next();
    } catch (error) {
      if (!(error instanceof BrokenObjectError)) throw error;
      throw new UserError(`cannot read ${path}: ${error.message}`);
    } finally {
      await batches.return(undefined);
    }
  }
}

const nameOf = (path: string): string => (path === "-" ? "standard input" : path);

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function readBatches(
  path: string,
  { topic, onRead }: Reading,
): AsyncGenerator<Iterable<JudgedRecord>> {
  const known = landingTopics.find(({ name }) => name === topic);
  const format: TopicFormat = known ?? { name: topic, takesText: true };
  const stream: Readable =
    path === "-" ? process.stdin : createReadStream(path, { highWaterMark: readAtOnceBytes });
  const content = unpack(countBytes(stream, onRead));
  return readRecords(content, { topic: format, lineBytes: maxEventBytes }, () => undefined);
}

function whyRefused(record: JudgedRecord): string | undefined {
  const { bytes, length } = record.raw;
  if (length > bytes.length) return `more than ${maxEventBytes.toLocaleString("en")} bytes`;
  // Where something is missing, such as the end of an array, there is nothing to publish.
  return "reason" in record && length === 0 ? record.message : undefined;
}

async function* countBytes(
  stream: Readable,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    onRead?.(bytes.length);
    yield bytes;
  }
}

async function* unpack(content: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < enoughToTell) {
    const { done, value } = await content.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  const whole = startWith(head, content);
  yield* isGzip(head) ? inflateGzip(whole) : whole;
}

async function* startWith(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}
