import { chooseFormat, isEnough } from "./choose-format.ts";
import type { LandingTopic } from "./landing-topic.ts";
import type { LoadReport } from "./load-report.v1.ts";
import { readCsv } from "./read-csv.ts";
import { readJsonArray, readJsonLines } from "./read-json.ts";
import type { JudgedRecord, RecordReader } from "./record.ts";
import { splitArray } from "./split-array.ts";
import { splitLines } from "./split-lines.ts";

type Format = NonNullable<LoadReport["format"]>;

/**
 * The records of some content in order, those of one chunk together, so that nobody waits for
 * each of them. `onFormat` is told the format as soon as the first bytes have shown it.
 * @throws {BrokenObjectError} before the first record, when the content cannot be read at all.
 */
export async function* readRecords(
  content: AsyncIterable<Buffer>,
  source: { name: string; topic: LandingTopic; lineBytes: number },
  onFormat: (format: Format) => void,
): AsyncGenerator<Iterable<JudgedRecord>> {
  const start = (head: Buffer) => {
    const { format, skip } = chooseFormat(head, source.name, source.topic);
    onFormat(format);
    return { reader: createReader(format, source), first: head.subarray(skip) };
  };

  let head: Buffer = Buffer.alloc(0);
  let reader: RecordReader | undefined;
  for await (const chunk of content) {
    if (reader !== undefined) {
      yield reader.push(chunk);
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (!isEnough(head)) continue;
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
  format: Format,
  { topic, lineBytes }: { topic: LandingTopic; lineBytes: number },
): RecordReader {
  if (format === "json-array") return readJsonArray(splitArray(lineBytes));
  const lines = splitLines(lineBytes);
  if (format === "csv" && topic.csv !== undefined) return readCsv(lines, topic.csv, lineBytes);
  return readJsonLines(lines, lineBytes);
}
