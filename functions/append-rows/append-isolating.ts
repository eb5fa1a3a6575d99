import type { Table } from "../../shared/rows/table.ts";
import type { AppendToTable } from "./append-to-table.ts";
import type { SizedRow } from "./coalesce-rows.ts";

/** What one append request may have. */
export type AppendLimits = { bytes: number; rows: number };

/** An append request takes 10 MB; JSON is larger than its encoding, so this is on the safe side. */
export const appendLimits: AppendLimits = { bytes: 8_000_000, rows: 10_000 };
/** BigQuery names all bad rows of a request at once; a second round is already unusual. */
const maxRounds = 10;

type Isolated = {
  /** Reason per index of the rows that BigQuery refuses. */
  refused: Map<number, string>;
  /** Ranges `[from, to)` of rows that may not be committed. */
  failed: { from: number; to: number; cause: unknown }[];
};

/**
 * Appends all rows in as few requests as the limits allow. A refused row is taken out and its
 * neighbours are appended without it; a request that fails is reported with the rows it had.
 */
export async function appendIsolating(
  append: AppendToTable,
  table: Table,
  rows: readonly SizedRow[],
  limits = appendLimits,
): Promise<Isolated> {
  const refused = new Map<number, string>();
  const failed: Isolated["failed"] = [];
  for (const { from, to } of requestRanges(rows, limits)) {
    try {
      await appendRange(append, table, rows, { from, to, refused });
    } catch (cause) {
      failed.push({ from, to, cause });
    }
  }
  return { refused, failed };
}

async function appendRange(
  append: AppendToTable,
  table: Table,
  rows: readonly SizedRow[],
  { from, to, refused }: { from: number; to: number; refused: Map<number, string> },
): Promise<void> {
  let remaining = rows.slice(from, to).map(({ row }, offset) => ({ row, index: from + offset }));
  for (let round = 0; round < maxRounds && remaining.length > 0; round++) {
    const answer = await append(
      table,
      remaining.map(({ row }) => row),
    );
    if (answer.length === 0) return;
    for (const { index, message } of answer) {
      const bad = remaining[index];
      if (bad !== undefined) refused.set(bad.index, message);
    }
    remaining = remaining.filter(({ index }) => !refused.has(index));
  }
  if (remaining.length > 0) throw new Error(`${table.name} refuses rows again and again`);
}

function requestRanges(
  rows: readonly SizedRow[],
  limits: AppendLimits,
): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  let from = 0;
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    const isFull = bytes + row.bytes > limits.bytes || index - from === limits.rows;
    if (isFull && index > from) {
      ranges.push({ from, to: index });
      from = index;
      bytes = 0;
    }
    bytes += row.bytes;
  }
  if (rows.length > from) ranges.push({ from, to: rows.length });
  return ranges;
}
