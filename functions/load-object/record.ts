import type { FailureReason } from "../../shared/events/failed-event.v1.ts";

/** One line, array element or CSV record as it stands in the object. */
export type RawRecord = {
  /** Counts from 0: over all lines, blank ones too; over the elements of an array. */
  index: number;
  /** Line of the object on which it begins, from 1, as an editor shows it. */
  line: number;
  /** Without its line end or comma; only the beginning of a record that is too long. */
  bytes: Buffer;
  /** Bytes of the whole record: more than `bytes.length` means that it is too long. */
  length: number;
  /** Why it is none, whatever its bytes are. */
  problem?: string;
};

/** A record that is a row of the topic, or the reason why it is none. */
export type JudgedRecord = { raw: RawRecord; row: Buffer } | FailedRecord;

export type FailedRecord = {
  raw: RawRecord;
  reason: FailureReason;
  message: string;
  field?: string;
};

/** Cuts content into records, a chunk at a time, in bounded memory. */
export type Splitter = {
  push: (chunk: Buffer) => Iterable<RawRecord>;
  end: () => Iterable<RawRecord>;
};

/** Turns content into judged records, a chunk at a time; blank lines are none. */
export type RecordReader = {
  push: (chunk: Buffer) => Iterable<JudgedRecord>;
  end: () => Iterable<JudgedRecord>;
};
