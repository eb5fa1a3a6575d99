import { randomUUID } from "node:crypto";

import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBPreparedStatement,
} from "@duckdb/node-api";

import { applyDefinition, type Operation } from "./apply-definition.ts";
import { BigqueryError } from "./bigquery-error.ts";
import { checkPartitionFilter } from "./check-partition-filter.ts";
import type { ResultField } from "./encode-results.ts";
import { explainDuckdbError } from "./explain-duckdb-error.ts";
import type { Exported, ExportRows } from "./exports/export-rows.ts";
import { type Catalog, type CatalogTable, quoteTable } from "./open-catalog.ts";
import { notImplemented } from "./sql/place-error.ts";
import { type QueryRequest, type TranslatedQuery, translateQuery } from "./sql/translate-query.ts";
import { fieldOfType, typeOfField } from "./sql/types/convert-field.ts";

export type QueryResult = {
  chunks: DuckDBDataChunk[];
  rows: number;
  /** Rows inserted, updated or deleted; undefined for a SELECT. */
  affected: number | undefined;
  changed: { inserted: number; updated: number; deleted: number } | undefined;
  /** What a definition has done. */
  operation: Operation | undefined;
  /** What an export has written. */
  exported: Exported | undefined;
};

export type QueryJob = {
  project: string;
  id: string;
  location: string;
  /** Under which its start is found. */
  keys: readonly string[];
  request: QueryRequest;
  translated: TranslatedQuery;
  fields: ResultField[];
  createdAt: number;
  endedAt: number | undefined;
  result: QueryResult | undefined;
  error: BigqueryError | undefined;
  /** Settles when the job is done; never rejects. */
  done: Promise<void>;
};

export type Jobs = ReturnType<typeof createJobs>;

type StartOptions = {
  id?: string | undefined;
  location?: string | undefined;
  requestId?: string | undefined;
};

/** Results are kept for paging; the oldest go first. */
const keptJobs = 200;
const keptRows = 2_000_000;
const keptTranslations = 100;
/** In characters: a longer one is data that is written once. */
const longestKept = 20_000;
const connections = 4;

/**
 * Runs query jobs on a few DuckDB connections and keeps their results for paging.
 *
 * `start` throws BigqueryError for what is wrong with the statement itself; what goes wrong while
 * it runs ends up in `error` of the job.
 */
export function createJobs(
  instance: DuckDBInstance,
  catalog: Catalog,
  exportRows: ExportRows,
  now: () => number = Date.now,
) {
  const jobs = new Map<string, QueryJob>();
  /** Every start that was asked for, by its job's key and by its request, before anything of it is done. */
  const starts = new Map<string, Promise<QueryJob>>();
  const pool = createPool(instance);
  const planner = createPool(instance, 1);
  const translate = keepTranslations(catalog);

  const prepare = async (connection: DuckDBConnection, request: QueryRequest) => {
    const translated = translate(request);
    if (translated.sql === "") return { translated, prepared: undefined, fields: [] };
    const prepared = await connection.prepare(translated.sql).catch((error: unknown) => {
      throw explainDuckdbError(error);
    });
    checkTypes(prepared, translated);
    return { translated, prepared, fields: translated.fields };
  };
  const plan = async (connection: DuckDBConnection, request: QueryRequest) => {
    const planned = await prepare(connection, request);
    const { sql, baseTables } = planned.translated;
    if (sql === "") return planned;
    await planner.use((planning) => checkPartitionFilter(planning, sql, baseTables));
    return planned;
  };

  const forget = (keys: readonly string[]) => {
    for (const key of keys) starts.delete(key);
  };
  const evict = (newest: QueryJob) => {
    let rows = [...jobs.values()].reduce((sum, job) => sum + (job.result?.rows ?? 0), 0);
    for (const [key, job] of jobs) {
      if (jobs.size <= keptJobs && rows <= keptRows) return;
      if (job === newest || job.endedAt === undefined) continue;
      rows -= job.result?.rows ?? 0;
      jobs.delete(key);
      forget(job.keys);
    }
  };

  return {
    /** Checks a statement without running it; resolves to the columns it would return. */
    describe: (request: QueryRequest) => pool.use((connection) => plan(connection, request)),

    /** The same for the text of a view, which may leave the partition filter to its readers. */
    describeView: (request: QueryRequest) => pool.use((connection) => prepare(connection, request)),

    /**
     * A request that is repeated with its `requestId` has the job of the first.
     * https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query#QueryRequest
     */
    start: async (
      request: QueryRequest,
      { id = randomUUID(), location = "US", requestId }: StartOptions = {},
    ) => {
      const key = `${request.project}:${id}`;
      const requestKey = JSON.stringify({ requestId, request });
      const first = requestId === undefined ? undefined : starts.get(requestKey);
      if (first) return first;
      if (starts.has(key)) {
        throw new BigqueryError(
          "duplicate",
          `Already Exists: Job ${request.project}:${location}.${id}`,
        );
      }
      const started = Promise.withResolvers<QueryJob>();
      const keys = requestId === undefined ? [key] : [key, requestKey];
      for (const one of keys) starts.set(one, started.promise);
      pool
        .use(async (connection) => {
          const { translated, prepared, fields } = await plan(connection, request);
          const ended = Promise.withResolvers<void>();
          const job: QueryJob = {
            project: request.project,
            id,
            location,
            keys,
            request,
            translated,
            fields,
            createdAt: now(),
            endedAt: undefined,
            result: undefined,
            error: undefined,
            done: ended.promise,
          };
          jobs.set(key, job);
          started.resolve(job);
          try {
            job.result = translated.definition
              ? await define(catalog, connection, translated)
              : await execute(connection, prepared, translated, exportRows);
          } catch (error) {
            const explained = explainDuckdbError(error);
            job.error =
              explained instanceof BigqueryError
                ? explained
                : new BigqueryError("internalError", explained.message, { cause: error });
          }
          job.endedAt = now();
          ended.resolve();
          evict(job);
        })
        .catch((error: unknown) => {
          forget(keys);
          started.reject(error);
        });
      return started.promise;
    },

    /** A job is found only where it was run. */
    get: (project: string, id: string, location = "US") => {
      const job = jobs.get(`${project}:${id}`);
      if (job && job.location.toLowerCase() === location.toLowerCase()) return job;
      throw new BigqueryError("notFound", `Not found: Job ${project}:${location}.${id}`);
    },

    /** The newest first. */
    list: (project: string) =>
      [...jobs.values()].filter((job) => job.project === project).toReversed(),

    /** The rows of a table in the order in which they came. */
    readTable: (table: CatalogTable, from: number, most: number) =>
      pool.use(async (connection) => {
        const sql = `SELECT * FROM ${quoteTable(table)} LIMIT ${most} OFFSET ${from}`;
        const result = await connection.run(sql);
        const fields = table.fields.map((field) => fieldOfType(field.name, typeOfField(field)));
        return { fields, chunks: await result.fetchAllChunks() };
      }),

    close: () => {
      pool.close();
      planner.close();
    },
  };
}

/** Whoever waits for something asks the same again and again: that is translated once, until the catalog changes. */
function keepTranslations(catalog: Catalog): (request: QueryRequest) => TranslatedQuery {
  const kept = new Map<string, TranslatedQuery>();
  let revision = catalog.revision();
  return (request) => {
    if (request.query.length > longestKept) return translateQuery(catalog, request);
    if (revision !== catalog.revision()) kept.clear();
    revision = catalog.revision();
    const key = JSON.stringify(request);
    const translated = kept.get(key) ?? translateQuery(catalog, request);
    // The one that was asked longest ago is the first to go.
    kept.delete(key);
    kept.set(key, translated);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptTranslations) break;
      kept.delete(oldest);
    }
    return translated;
  };
}

async function define(
  catalog: Catalog,
  connection: DuckDBConnection,
  { definition, fields, sql }: TranslatedQuery,
): Promise<QueryResult> {
  if (!definition) throw new RangeError("No definition");
  const operation = await applyDefinition(catalog, connection, definition, fields, sql);
  return { ...nothing, operation };
}

const nothing = {
  chunks: [],
  rows: 0,
  affected: undefined,
  changed: undefined,
  operation: undefined,
  exported: undefined,
};

async function execute(
  connection: DuckDBConnection,
  prepared: DuckDBPreparedStatement | undefined,
  translated: TranslatedQuery,
  exportRows: ExportRows,
): Promise<QueryResult> {
  if (!prepared) return nothing;
  if (translated.exported !== undefined) {
    const chunks = await (await prepared.run()).fetchAllChunks();
    const exported = await exportRows(translated.exported, translated.fields, chunks);
    return { ...nothing, exported };
  }
  if (translated.conflicts === undefined) return run(prepared, translated);
  await connection.run("BEGIN");
  try {
    const found = await connection.runAndReadAll(translated.conflicts);
    if (found.currentRowCount > 0) {
      throw new BigqueryError(
        "invalidQuery",
        "UPDATE/MERGE must match at most one source row for each target row",
      );
    }
    const result = await run(prepared, translated);
    await connection.run("COMMIT");
    return result;
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function run(
  prepared: DuckDBPreparedStatement,
  translated: TranslatedQuery,
): Promise<QueryResult> {
  const result = await prepared.run();
  if (translated.statement === "MERGE") {
    const actions = (await result.getRows()).map(([action]) => String(action));
    const count = (name: string) => actions.filter((action) => action === name).length;
    const changed = {
      inserted: count("INSERT"),
      updated: count("UPDATE"),
      deleted: count("DELETE"),
    };
    return { ...nothing, affected: actions.length, changed };
  }
  if (translated.statement !== "SELECT") {
    const affected = result.rowsChanged;
    const changed = {
      inserted: translated.statement === "INSERT" ? affected : 0,
      updated: translated.statement === "UPDATE" ? affected : 0,
      deleted:
        translated.statement === "DELETE" || translated.statement === "TRUNCATE_TABLE"
          ? affected
          : 0,
    };
    return { ...nothing, affected, changed };
  }
  const chunks = await result.fetchAllChunks();
  return { ...nothing, chunks, rows: chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0) };
}

/** What the translation promises and the engine does not keep is no answer. */
function checkTypes(prepared: DuckDBPreparedStatement, translated: TranslatedQuery): void {
  for (const [index, storage] of translated.storage.entries()) {
    const type = String(prepared.columnType(index));
    // JSON is text under another name.
    if (type.replaceAll("JSON", "VARCHAR") === storage.replaceAll("JSON", "VARCHAR")) continue;
    throw notImplemented(`A column of this kind (${type}, not ${storage})`);
  }
}

/** At most `size` connections; the rest waits its turn. */
function createPool(instance: DuckDBInstance, size: number = connections) {
  const idle: DuckDBConnection[] = [];
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  let opened = 0;
  let closed = false;
  const acquire = async (): Promise<DuckDBConnection> => {
    const connection = idle.pop();
    if (connection) return connection;
    if (opened < size) {
      opened += 1;
      return instance.connect();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (connection: DuckDBConnection): void => {
    const next = waiting.shift();
    if (next) next(connection);
    else if (closed) connection.closeSync();
    else idle.push(connection);
  };
  return {
    use: async <Result>(work: (connection: DuckDBConnection) => Promise<Result>) => {
      const connection = await acquire();
      try {
        return await work(connection);
      } finally {
        release(connection);
      }
    },
    close: () => {
      closed = true;
      for (const connection of idle.splice(0)) connection.closeSync();
    },
  };
}
