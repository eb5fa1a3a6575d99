import { randomUUID } from "node:crypto";
import { once } from "node:events";

import type { DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";
import type { handleServerStreamingCall, handleUnaryCall, Server } from "@grpc/grpc-js";
import { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import type { ResultField } from "../encode-results.ts";
import type { Catalog } from "../open-catalog.ts";
import { resultDataset } from "../rest/describe-job.ts";
import type { Jobs } from "../run-jobs.ts";
import { addStorageService, loadStorageProtocol, toStorageStatus } from "../storage-protocol.ts";
import { createArrowEncoder } from "./encode-arrow.ts";

/** Sessions are kept for reading; the oldest go first. */
const keptSessions = 100;
const sessionMs = 6 * 3_600_000;
const arrow = 2;

/** The rows of one session, as they were when it was made. */
type Session = {
  columns: readonly { field: ResultField; index: number }[];
  chunks: readonly DuckDBDataChunk[];
};

/**
 * The Storage Read API, which DataFrames download by: `CreateReadSession` and `ReadRows`, in Arrow,
 * one stream a session. Reads tables and the results of queries; a view is read by a query.
 */
export function serveReads(server: Server, catalog: Catalog, jobs: Jobs): void {
  const sessions = new Map<string, Session>();
  const createReadSession: handleUnaryCall<object, object> = (call, callback) => {
    void openSession(call.request, catalog, jobs).then(
      ({ session, answer }) => {
        sessions.set(answer.name, session);
        const [oldest] = sessions.keys();
        if (sessions.size > keptSessions && oldest !== undefined) sessions.delete(oldest);
        callback(null, answer);
      },
      (error: unknown) => callback(toStorageStatus(error)),
    );
  };
  const readRows: handleServerStreamingCall<object, object> = (call) => {
    void (async () => {
      try {
        const { readStream, offset } = readSchema.parse(call.request);
        const session = sessions.get(readStream.replace(/\/streams\/0$/, ""));
        if (!session) {
          throw new BigqueryError("notFound", `Not found: Read stream ${readStream}`);
        }
        for (const answer of batchesOf(session, offset)) {
          if (call.cancelled) return;
          if (!call.write(answer)) await once(call, "drain");
        }
        call.end();
      } catch (error) {
        call.emit("error", toStorageStatus(error));
      }
    })();
  };
  const { root, api } = loadStorageProtocol();
  root.resolveAll();
  const service = root.lookupService(`${api}.BigQueryRead`);
  addStorageService(server, service, { createReadSession, readRows });
}

const createSchema = z.object({
  readSession: z.object({
    table: z.string(),
    dataFormat: z.number().default(0),
    readOptions: z
      .object({
        selectedFields: z.array(z.string()).default([]),
        rowRestriction: z.string().default(""),
      })
      .nullish(),
  }),
});

const readSchema = z.object({
  readStream: z.string(),
  offset: z.union([z.number(), z.custom<object>()]).default(0).transform(Number),
});

async function openSession(request: object, catalog: Catalog, jobs: Jobs) {
  const { table, dataFormat, readOptions } = createSchema.parse(request).readSession;
  if (dataFormat !== arrow) {
    throw new BigqueryError("notImplemented", "Only the data format ARROW is implemented");
  }
  const { selectedFields = [], rowRestriction = "" } = readOptions ?? {};
  const { fields, chunks, project } = await readTable(table, rowRestriction, catalog, jobs);
  const chosen = selectedFields.map((name) => name.toLowerCase());
  const columns = fields
    .map((field, index) => ({ field, index }))
    .filter(({ field }) => chosen.length === 0 || chosen.includes(field.name.toLowerCase()));
  const rows = chunks.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const name = `projects/${project}/locations/us/sessions/${randomUUID()}`;
  const { serializedSchema } = createArrowEncoder(columns.map(({ field }) => field));
  const answer = {
    name,
    expireTime: { seconds: Math.floor((Date.now() + sessionMs) / 1_000), nanos: 0 },
    dataFormat,
    arrowSchema: { serializedSchema },
    table,
    streams: rows === 0 ? [] : [{ name: `${name}/streams/0` }],
    estimatedRowCount: rows,
  };
  return { session: { columns, chunks }, answer };
}

async function readTable(path: string, restriction: string, catalog: Catalog, jobs: Jobs) {
  const [, project = "", dataset = "", table = ""] =
    /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(path) ?? [];
  if (table === "") throw new BigqueryError("invalid", `Invalid table: ${path}`);
  if (dataset === resultDataset) {
    if (restriction !== "") {
      throw new BigqueryError("notImplemented", "A row restriction on a query's result");
    }
    const { fields, result } = jobs.get(project, table.replace(/^anon_/, ""));
    return { project, fields, chunks: result?.chunks ?? [] };
  }
  if (catalog.getTable({ project, dataset, table }).viewQuery !== undefined) {
    throw new BigqueryError(
      "invalid",
      `request failed: only tables can be read, and ${project}:${dataset}.${table} is a view`,
    );
  }
  const where = restriction === "" ? "" : ` WHERE ${restriction}`;
  const query = `SELECT * FROM \`${project}.${dataset}.${table}\`${where}`;
  const job = await jobs.start({ query, project, dataset: undefined, parameters: [] });
  await job.done;
  if (job.error) throw job.error;
  return { project, fields: job.fields, chunks: job.result?.chunks ?? [] };
}

/** From a row on, a batch for each chunk of the engine. */
function* batchesOf({ columns, chunks }: Session, offset: number) {
  const { serializedSchema, encodeBatch } = createArrowEncoder(columns.map(({ field }) => field));
  let first = 0;
  for (const chunk of chunks) {
    const from = Math.max(offset - first, 0);
    first += chunk.rowCount;
    const rowCount = chunk.rowCount - from;
    if (rowCount <= 0) continue;
    const batch = columns.map(({ index }): DuckDBValue[] => {
      const vector = chunk.getColumnVector(index);
      return Array.from({ length: rowCount }, (_, row) => vector.getItem(from + row));
    });
    yield {
      arrowRecordBatch: { serializedRecordBatch: encodeBatch(batch), rowCount },
      arrowSchema: { serializedSchema },
      rowCount,
    };
  }
}
