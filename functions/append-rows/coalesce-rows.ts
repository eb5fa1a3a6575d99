import DataLoader from "dataloader";
import type { Table } from "../../shared/rows/table.ts";
import { appendIsolating } from "./append-isolating.ts";
import type { AppendToTable } from "./append-to-table.ts";

/** A checked row with its size as JSON in bytes. */
export type SizedRow = { row: Record<string, unknown>; bytes: number };

/**
 * Appends rows; resolves when each is committed or refused. `refused` has the reason per index of
 * the rows that BigQuery does not take; all others are committed.
 */
export type AppendRows = (table: Table, rows: SizedRow[]) => Promise<ReadonlyMap<number, string>>;

/** How long rows wait for those of concurrent requests, so that they share an append. */
const lingerMs = 5;
const requestsPerBatch = 64;

/**
 * Combines the rows of concurrent requests into common appends, one append per table at a time:
 * while one is under way, the next fills. A request is answered only when its own rows are safe.
 * `schedule` runs something after so many ms.
 */
export function createCoalescedAppender(
  append: AppendToTable,
  schedule: (run: () => void, ms: number) => unknown = setTimeout,
): AppendRows {
  const loaders = new Map<string, DataLoader<SizedRow[], ReadonlyMap<number, string>>>();

  const createLoader = (table: Table) => {
    let turn: Promise<unknown> = Promise.resolve();
    const afterTurn = async <T>(work: () => Promise<T>): Promise<T> => {
      const result = turn.then(work);
      turn = result.catch(() => undefined);
      return result;
    };
    return new DataLoader<SizedRow[], ReadonlyMap<number, string>>(
      (requests) => afterTurn(() => appendTogether(append, table, requests)),
      {
        cache: false,
        maxBatchSize: requestsPerBatch,
        batchScheduleFn: (dispatch) => {
          void turn.then(() => schedule(dispatch, lingerMs));
        },
      },
    );
  };

  return async (table, rows) => {
    if (rows.length === 0) return new Map();
    const loader = loaders.get(table.name) ?? createLoader(table);
    loaders.set(table.name, loader);
    return loader.load(rows);
  };
}

async function appendTogether(
  append: AppendToTable,
  table: Table,
  requests: readonly SizedRow[][],
): Promise<(ReadonlyMap<number, string> | Error)[]> {
  const rows = requests.flat();
  const { refused, failed } = await appendIsolating(append, table, rows);
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
