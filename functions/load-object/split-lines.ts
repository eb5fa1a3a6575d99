import { gatherRecord } from "./gather-record.ts";
import type { RawRecord, Splitter } from "./record.ts";

/**
 * Cuts content at line feeds, or at the carriage returns of old Macs. A last line without one counts
 * as well; a carriage return before a line feed stays part of the line. A line of more than
 * `maxBytes` comes shortened.
 */
export function splitLines(maxBytes: number, lineEnd: "\n" | "\r" = "\n"): Splitter {
  const ending = lineEnd.charCodeAt(0);
  const growing = gatherRecord(maxBytes);
  let index = 0;

  const record = (part: { bytes: Buffer; length: number }): RawRecord => {
    index += 1;
    return { index: index - 1, line: index, ...part };
  };

  function* push(chunk: Buffer) {
    let start = 0;
    for (let end = chunk.indexOf(ending); end !== -1; end = chunk.indexOf(ending, start)) {
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
