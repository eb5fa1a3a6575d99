// Not from the package's root, which also loads its reader with all of Apache Arrow.
import * as adapt from "@google-cloud/bigquery-storage/build/src/adapt/index.js";
import * as managedwriter from "@google-cloud/bigquery-storage/build/src/managedwriter/index.js";
import { credentials } from "@grpc/grpc-js";
import { columnsOf, landedAt, type Table } from "../../shared/rows/table.ts";
import type { AppendAnswer, OpenWriter } from "./append-to-table.ts";
import { encodeRow } from "./encode-row.ts";

/** Opens the default stream of a table by the Storage Write API, each in a connection of its own. */
export function createWriterOpener(config: {
  projectId: string;
  dataset: string;
  writeEndpoint: string | undefined;
}): OpenWriter {
  // Made when first used: reading its protocol would be part of every cold start.
  let client: managedwriter.WriterClient | undefined;

  return async (table: Table) => {
    client ??= new managedwriter.WriterClient({
      projectId: config.projectId,
      ...endpointOptions(config.writeEndpoint),
    });
    const destinationTable = `projects/${config.projectId}/datasets/${config.dataset}/tables/${table.name}`;
    const connection = await client.createStreamConnection({
      streamId: managedwriter.DefaultStream,
      destinationTable,
    });
    const columns = columnsOf(table);
    const storageSchema = adapt.convertBigQuerySchemaToStorageTableSchema({ fields: columns });
    const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(storageSchema, "row");
    // Not its JSON writer, which copies each row three times before it encodes it.
    const writer = new managedwriter.Writer({ connection, protoDescriptor });
    return {
      write: async (rows) => {
        // It lands now: microseconds since 1970 UTC.
        const landed = { [landedAt]: Date.now() * 1_000 };
        const serializedRows = rows.map((row) => encodeRow({ ...row, ...landed }, columns));
        const written = writer.appendRows({ serializedRows });
        return answerOf(await written.getResult());
      },
      onFailure: (listener) => {
        connection.onConnectionError(listener);
        // Ended as if all were well, which the client does not take for a failure.
        connection.on("end", () => listener(new Error("BigQuery has ended the connection")));
      },
      close: () => writer.close(),
    };
  };
}

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

type PendingWrite = ReturnType<managedwriter.Writer["appendRows"]>;
type Response = Awaited<ReturnType<PendingWrite["getResult"]>>;

function answerOf(response: Response): AppendAnswer {
  const rowErrors = response.rowErrors ?? [];
  if (rowErrors.length > 0) {
    return rowErrors.map(({ index, message }) => ({
      index: Number(index ?? 0),
      message: message || "refused without a reason",
    }));
  }
  if (response.error) throw new Error(response.error.message || "refused without a reason");
  if (!response.appendResult) throw new Error("the answer has no result");
  return [];
}
