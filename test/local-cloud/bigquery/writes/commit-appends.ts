import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from "@duckdb/node-api";

import { type CatalogTable, quoteTable } from "../open-catalog.ts";
import { writeInsert } from "./write-insert.ts";

export type Appender = ReturnType<typeof createAppender>;

/** One transaction takes what waits, up to this. */
const batchBytes = 8_000_000;

/**
 * Appends rows to tables, many requests in one transaction.
 *
 * While one INSERT runs, later requests for the same table queue and go together in the next: one
 * waiting request costs a millisecond, a thousand of them hardly more. A promise resolves only
 * after its rows are committed.
 */
export function createAppender(instance: DuckDBInstance) {
  const queues = new Map<string, Queue>();
  let closed = false;

  const drain = async (queue: Queue): Promise<void> => {
    queue.running = true;
    while (queue.waiting.length > 0) {
      const batch = takeBatch(queue);
      try {
        await insert(queue, batch);
        for (const request of batch) request.resolve();
      } catch {
        // One bad request must not fail its neighbours.
        for (const request of batch) {
          await insert(queue, [request]).then(request.resolve, request.reject);
        }
      }
    }
    queue.running = false;
    if (closed) queue.connection?.closeSync();
  };

  const insert = async (queue: Queue, batch: Request[]): Promise<void> => {
    const [first] = batch;
    if (!first) return;
    queue.connection ??= await instance.connect();
    const sql = writeInsert(first.table);
    if (queue.statement?.sql !== sql) {
      queue.statement = { sql, prepared: await queue.connection.prepare(sql) };
    }
    const { prepared } = queue.statement;
    prepared.bindBlob(1, joinLines(batch.map((request) => request.ndjson)));
    await prepared.run();
  };

  return {
    /** `ndjson` as transcodeRows makes it for this version of the table; at least one row. */
    append: (table: CatalogTable, ndjson: Buffer): Promise<void> => {
      const key = quoteTable(table);
      const queue = queues.get(key) ?? { waiting: [], running: false };
      queues.set(key, queue);
      const done = Promise.withResolvers<void>();
      queue.waiting.push({ table, ndjson, resolve: done.resolve, reject: done.reject });
      if (!queue.running) void drain(queue);
      return done.promise;
    },
    close: () => {
      closed = true;
      for (const queue of queues.values()) if (!queue.running) queue.connection?.closeSync();
    },
  };
}

type Request = {
  table: CatalogTable;
  ndjson: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
};

type Queue = {
  waiting: Request[];
  running: boolean;
  connection?: DuckDBConnection;
  statement?: { sql: string; prepared: DuckDBPreparedStatement };
};

/** Requests that were made for the same version of the table, in order. */
function takeBatch(queue: Queue): Request[] {
  const version = queue.waiting[0]?.table.version;
  let bytes = 0;
  let count = 0;
  for (const request of queue.waiting) {
    bytes += request.ndjson.length;
    if (count > 0 && (bytes > batchBytes || request.table.version !== version)) break;
    count += 1;
  }
  return queue.waiting.splice(0, count);
}

function joinLines(parts: Buffer[]): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const newline = Buffer.from("\n");
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [newline, part])));
}
