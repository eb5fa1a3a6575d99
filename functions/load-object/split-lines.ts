import { gatherRecord } from "./gather-record.ts";
import type { RawRecord, Splitter } from "./record.ts";

const lineFeed = 0x0a;

/**
 * Cuts content at line feeds. A last line without one counts as well; a carriage return before it
 * stays part of the line. A line of more than `maxBytes` comes shortened.
 */
export function splitLines(maxBytes: number): Splitter {
  const growing = gatherRecord(maxBytes);
  let index = 0;

  const record = (part: { bytes: Buffer; length: number }): RawRecord => {
    index += 1;
    return { index: index - 1, line: index, ...part };
  };

  function* push(chunk: Buffer) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      const bytes = chunk.subarray(start, end);
      start = end + 1;
      if (growing.length() === 0 && bytes.length <= maxBytes) {
        yield record({ bytes, length: bytes.length });
      } else {
        growing.add(bytes);
        yield record(growing.take());
      }
    }
    if (start < chunk.length) growing.add(chunk.subarray(start));
  }

  function* end() {
    if (growing.length() > 0) yield record(growing.take());
  }

  return { push, end };
}
