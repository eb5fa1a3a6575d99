// Not from the package's root, which also loads its reader with all of Apache Arrow.
import * as adapt from "@google-cloud/bigquery-storage/build/src/adapt/index.js";
import * as managedwriter from "@google-cloud/bigquery-storage/build/src/managedwriter/index.js";
// Teaches protobufjs to read descriptors, which the package leaves to its root.
import "@google-cloud/bigquery-storage/build/src/protobuf/index.js";
import { credentials } from "@grpc/grpc-js";
import { bigquerySchema } from "../../shared/rows/bigquery-schema.ts";
import type { Table } from "../../shared/rows/table.ts";
import { convertRow, type WireRow } from "./convert-row.ts";

/** A row that BigQuery refuses: its index among the rows of the call, and BigQuery's reason. */
export type RefusedRow = { index: number; message: string };

/**
 * Appends all rows in one request, or none of them. Resolves with the refused rows when nothing
 * was appended because of them; empty when all are committed.
 */
export type AppendToTable = (
  table: Table,
  rows: readonly Record<string, unknown>[],
) => Promise<RefusedRow[]>;

/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const appendTimeoutMs = 25_000;

/**
 * Appends through the default stream of the Storage Write API, with one connection per table. A
 * connection that fails is given up with all that is pending on it: a late answer can never be
 * taken for that of another request.
 */
export function createAppender(config: {
  projectId: string;
  dataset: string;
  writeEndpoint: string | undefined;
}): AppendToTable {
  // Made when first used: reading its protocol would be part of every cold start.
  let client: managedwriter.WriterClient | undefined;
  const writers = new Map<string, Promise<Writer>>();

  const openWriter = async (table: Table): Promise<Writer> => {
    client ??= new managedwriter.WriterClient({
      projectId: config.projectId,
      ...endpointOptions(config.writeEndpoint),
    });
    const destinationTable = `projects/${config.projectId}/datasets/${config.dataset}/tables/${table.name}`;
    const connection = await client.createStreamConnection({
      streamId: managedwriter.DefaultStream,
      destinationTable,
    });
    const columns = bigquerySchema(table.row);
    const storageSchema = adapt.convertBigQuerySchemaToStorageTableSchema({ fields: columns });
    const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(storageSchema, "row");
    const writer = new managedwriter.JSONWriter({ connection, protoDescriptor });
    const failed = new Promise<never>((_, reject) => connection.onConnectionError(reject));
    // Whoever waits for an answer is told; with nobody waiting, the next append opens anew.
    failed.catch(() => writers.delete(table.name));
    return {
      columns,
      write: (rows) => writer.appendRows(rows).getResult(),
      failed,
      close: () => writer.close(),
    };
  };

  return async (table, rows) => {
    const opening = writers.get(table.name) ?? openWriter(table);
    writers.set(table.name, opening);
    const timeout = AbortSignal.timeout(appendTimeoutMs);
    try {
      const writer = await opening;
      const answer = writer.write(rows.map((row) => convertRow(row, writer.columns)));
      const response = await Promise.race([answer, writer.failed, rejectOnAbort(timeout)]);
      return refusedRows(response);
    } catch (error) {
      writers.delete(table.name);
      void opening.then((writer) => writer.close()).catch(() => undefined);
      throw new Error(`appending to ${table.name} failed`, { cause: error });
    }
  };
}

type PendingWrite = ReturnType<managedwriter.JSONWriter["appendRows"]>;
type Response = Awaited<ReturnType<PendingWrite["getResult"]>>;

type Writer = {
  columns: ReturnType<typeof bigquerySchema>;
  write: (rows: WireRow[]) => Promise<Response>;
  failed: Promise<never>;
  close: () => void;
};

function endpointOptions(endpoint: string | undefined) {
  if (endpoint === undefined) return {};
  const { hostname, port, protocol } = new URL(endpoint);
  const isPlain = protocol === "http:";
  return {
    apiEndpoint: hostname,
    port: Number(port || (isPlain ? 80 : 443)),
    ...(isPlain && { sslCreds: credentials.createInsecure() }),
  };
}

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

function refusedRows(response: Response): RefusedRow[] {
  const rowErrors = response.rowErrors ?? [];
  if (rowErrors.length > 0) {
    return rowErrors.map(({ index, message }) => ({
      index: Number(index ?? 0),
      message: message ?? "refused without a reason",
    }));
  }
  if (response.error) throw new Error(response.error.message ?? "refused without a reason");
  if (!response.appendResult) throw new Error("the answer has no result");
  return [];
}
