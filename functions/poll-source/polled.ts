import type { Cursor } from "./cursor.ts";

/** What a run has come to, and where the source is left. */
export type Polled = {
  outcome: "done" | "more" | "unchanged" | "limited" | "cursor-refused" | "refused" | "failed";
  /** Answers with something in them: pages, or files. */
  pages: number;
  items: number;
  bytes: number;
  cursor: Cursor;
  /** Why it has failed, for the log. */
  error?: Error;
};

/** Statuses by which a source asks to be left alone for a while. */
export const limited: readonly number[] = [429, 503];

/** A run ends after this time (ms), before the platform ends its request. */
export const mostRunMs = 40_000;
