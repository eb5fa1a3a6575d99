import { type ContentFormat, chooseFormat, isEnough } from "./choose-format.ts";
import type { TopicFormat } from "./landing-topic.ts";
import { readCsv } from "./read-csv.ts";
import { readJson } from "./read-json.ts";
import { readText } from "./read-text.ts";
import type { JudgedRecord, RecordReader } from "./record.ts";
import { splitLines } from "./split-lines.ts";

/**
 * The one reader of files, for uploads and for the producer: the records of some content in order, those of one chunk together, so that nobody waits for
 * each of them. `onFormat` is told the format as soon as the first bytes have shown it.
 * @throws {BrokenObjectError} before the first record, when the content cannot be read at all.
 */
export async function* readRecords(
  content: AsyncIterable<Buffer>,
  source: { topic: TopicFormat; lineBytes: number },
  onFormat: (format: ContentFormat["format"]) => void,
): AsyncGenerator<Iterable<JudgedRecord>> {
  const start = (head: Buffer) => {
    const found = chooseFormat(head, source.topic);
    onFormat(found.format);
    return { reader: createReader(found, source), first: head.subarray(found.skip) };
  };

  let head: Buffer = Buffer.alloc(0);
  let reader: RecordReader | undefined;
  for await (const chunk of content) {
    if (reader !== undefined) {
      yield reader.push(chunk);
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (!isEnough(head, source.topic)) continue;
    const started = start(head);
    reader = started.reader;
    yield reader.push(started.first);
  }
  if (reader === undefined) {
    const started = start(head);
    reader = started.reader;
    yield reader.push(started.first);
  }
  yield reader.end();
}

function createReader(
  { format, lineEnd }: ContentFormat,
  { topic, lineBytes }: { topic: TopicFormat; lineBytes: number },
): RecordReader {
  if (format === "csv" && topic.csv !== undefined) {
    return readCsv(splitLines(lineBytes, lineEnd), topic.csv, lineBytes);
  }
  if (format === "text") return readText(splitLines(lineBytes, lineEnd));
  return readJson(lineBytes, { isArray: format === "json-array" });
}
