import { coalesceRequests, type Schedule } from "../../shared/codec/coalesce-requests.ts";
import type { Table } from "../../shared/rows/table.ts";
import { type AppendLimits, appendIsolating, appendLimits } from "./append-isolating.ts";
import type { AppendToTable } from "./append-to-table.ts";

/** A checked row with its size as JSON in bytes. */
export type SizedRow = { row: Record<string, unknown>; bytes: number };

/**
 * Appends rows; resolves when each is committed or refused. `refused` has the reason per index of
 * the rows that BigQuery does not take; all others are committed.
 */
export type AppendRows = (table: Table, rows: SizedRow[]) => Promise<ReadonlyMap<number, string>>;

type Request = { table: Table; rows: SizedRow[] };

const lingerMs = 5;

/**
 * Combines the rows of concurrent requests into common appends, one append per table at a time:
 * while one is under way, the next fills. A request is answered only when its own rows are safe.
 * `schedule` runs something after so many ms; `limits` are of one append.
 */
export function createCoalescedAppender(
  append: AppendToTable,
  schedule?: Schedule,
  limits = appendLimits,
): AppendRows {
  const appendTogether = coalesceRequests<Request, ReadonlyMap<number, string>>({
    keyOf: ({ table }) => table.name,
    sizeOf: ({ rows }) => ({
      bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
      items: rows.length,
    }),
    run: ([first, ...rest]) =>
      answerEach(
        append,
        first.table,
        [first, ...rest].map(({ rows }) => rows),
        limits,
      ),
    // A batch is an append: more rows would not share one anyway.
    limits: { bytes: limits.bytes, items: limits.rows, lingerMs },
    inTurn: true,
    ...(schedule !== undefined && { schedule }),
  });

  return async (table, rows) => (rows.length === 0 ? new Map() : appendTogether({ table, rows }));
}

async function answerEach(
  append: AppendToTable,
  table: Table,
  requests: readonly SizedRow[][],
  limits: AppendLimits,
): Promise<(ReadonlyMap<number, string> | Error)[]> {
  const { refused, failed } = await appendIsolating(append, table, requests.flat(), limits);
  let end = 0;
  return requests.map((own) => {
    const start = end;
    end += own.length;
    const isOwn = (index: number) => index >= start && index < end;
    const failure = failed.find(({ from, to }) => from < end && to > start);
    if (failure !== undefined) return new Error("rows are not safe", { cause: failure.cause });
    const ownRefusals = [...refused].filter(([index]) => isOwn(index));
    return new Map(ownRefusals.map(([index, message]) => [index - start, message]));
  });
}
