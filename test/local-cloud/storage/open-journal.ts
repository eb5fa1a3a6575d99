import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

/** A file of JSON lines that only grows; one line is one change, written whole or not at all. */
export type Journal = {
  /** @throws when the disk refuses; the journal is then as it was before. */
  append: (change: unknown) => void;
  close: () => void;
};

/**
 * Opens a journal, making it when absent. A last line cut short by a crash is dropped: its writer
 * never answered for it.
 *
 * @param replay called with every change of the past, in order
 * @throws when a whole line is not JSON, or `replay` refuses it
 */
export function openJournal(path: string, replay: (change: unknown) => void): Journal {
  const file = openSync(path, "a+", 0o600);
  let length = replayLines(path, readFileSync(path), replay);
  ftruncateSync(file, length);
  let closed = false;
  return {
    append: (change) => {
      if (closed) throw new Error(`${path} is closed`);
      const line = Buffer.from(`${JSON.stringify(change)}\n`);
      try {
        writeWhole(file, line);
      } catch (error) {
        ftruncateSync(file, length);
        throw error;
      }
      length += line.length;
    },
    close: () => {
      closed = true;
      closeSync(file);
    },
  };
}

function replayLines(path: string, bytes: Buffer, replay: (change: unknown) => void): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) return start;
    try {
      replay(JSON.parse(bytes.toString("utf8", start, end)));
    } catch (error) {
      throw new Error(`Line ${line} of ${path} is damaged; restore the file or remove its folder`, {
        cause: error,
      });
    }
    start = end + 1;
  }
}

function writeWhole(file: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written);
  }
}
