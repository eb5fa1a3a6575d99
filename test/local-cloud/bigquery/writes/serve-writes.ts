import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type Server,
  type ServerDuplexStream,
  status,
} from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { z } from "zod";

import { createRandom } from "../../../support/create-random.ts";
import { BigqueryError } from "../bigquery-error.ts";
import { explainDuckdbError } from "../explain-duckdb-error.ts";
import type { Catalog, CatalogTable, TableName } from "../open-catalog.ts";
import { addStorageService, loadStorageProtocol, toStorageStatus } from "../storage-protocol.ts";
import type { Field } from "../table-resource.ts";
import type { Appender } from "./commit-appends.ts";
import {
  compileWriterSchema,
  type MessagePlan,
  SchemaMismatchError,
} from "./compile-writer-schema.ts";
import { transcodeRows } from "./transcode-rows.ts";

/** Where transient failures are put; rates are between 0 and 1. */
export type WriteFaults = {
  /** Answers UNAVAILABLE and appends nothing. */
  appendErrorRate: number;
  /** Answers UNAVAILABLE although the rows are committed. */
  committedButErrorRate: number;
  seed: number;
};

/** AppendRows requests may have 20 MB. */
export const largestRequestBytes = 20 * 1024 * 1024;
/** A connection is read no further while this much of it is under way. */
const inFlightBytes = 64 * 1024 * 1024;

/**
 * The default stream of the Storage Write API: `AppendRows` and `GetWriteStream`.
 *
 * Every request is appended whole or not at all, and answered, in order, once its rows can be
 * queried. There is no deduplication: like BigQuery's, the default stream is at least once. All
 * other methods answer UNIMPLEMENTED.
 */
export function serveWrites(
  server: Server,
  catalog: Catalog,
  appender: Appender,
): { setFaults: (faults: WriteFaults | undefined) => void } {
  const messages = loadMessages();
  let drawFault: () => Fault = () => "none";
  const appendRows: handleBidiStreamingCall<AppendRequest, object> = (call) => {
    openConnection(call, catalog, appender, messages, () => drawFault());
  };
  const getWriteStream: handleUnaryCall<object, object> = (call, callback) => {
    try {
      const { name, view } = streamRequestSchema.parse(call.request);
      const table = catalog.getTable(parseStream(name));
      callback(null, describeStream(messages, name, table, view === 2));
    } catch (error) {
      callback(toStatus(error));
    }
  };
  addStorageService(server, messages.service, { appendRows, getWriteStream }, ["AppendRows"]);
  return {
    setFaults: (faults) => {
      drawFault = faults ? createFaults(faults) : () => "none";
    },
  };
}

type Fault = "afterCommit" | "beforeCommit" | "none";

const appendRequestSchema = z.object({
  writeStream: z.string().default(""),
  offset: z.object({ value: z.unknown() }).nullish(),
  protoRows: z
    .object({
      writerSchema: z.instanceof(Uint8Array).optional(),
      rows: z.object({ serializedRows: z.array(z.instanceof(Uint8Array)).default([]) }).nullish(),
    })
    .nullish(),
  arrowRows: z.unknown().optional(),
});

type AppendRequest = { size: number; message: object };

const streamRequestSchema = z.object({ name: z.string(), view: z.number().default(0) });

const descriptorSchema: z.ZodType<{
  name: string;
  field: {
    name: string;
    number: number;
    label: number;
    type: number;
    typeName: string;
    columnName: string | undefined;
  }[];
  nestedType: z.output<typeof descriptorSchema>[];
}> = z.object({
  name: z.string().default(""),
  field: z
    .array(
      z
        .object({
          name: z.string(),
          number: z.number(),
          label: z.number().default(1),
          type: z.number().default(0),
          typeName: z.string().default(""),
          options: z
            .object({ ".google.cloud.bigquery.storage.v1.columnName": z.string().nullish() })
            .nullish(),
        })
        .transform(({ options, ...field }) => ({
          ...field,
          columnName: options?.[".google.cloud.bigquery.storage.v1.columnName"] ?? undefined,
        })),
    )
    .default([]),
  get nestedType() {
    return z.array(descriptorSchema).default([]);
  },
});

type Messages = ReturnType<typeof loadMessages>;

/** The client's own protocol, except that writer schemas stay bytes, to be compared cheaply. */
function loadMessages() {
  const { root, api } = loadStorageProtocol();
  const protoData = root.lookupType(`${api}.AppendRowsRequest.ProtoData`);
  const schema = root.lookupType(`${api}.ProtoSchema`);
  const typed = protoData.fields.writerSchema;
  if (typed) protoData.remove(typed);
  protoData.add(new protobuf.Field("writerSchema", 1, "bytes"));
  root.resolveAll();
  return {
    schema,
    service: root.lookupService(`${api}.BigQueryWrite`),
    fieldTypes: root.lookupEnum(`${api}.TableFieldSchema.Type`).values,
    fieldModes: root.lookupEnum(`${api}.TableFieldSchema.Mode`).values,
  };
}

/** What a connection remembers between its requests. */
type Connection = {
  stream: string;
  schema: Uint8Array | undefined;
  plan: MessagePlan | undefined;
  plannedFor: CatalogTable | undefined;
};

function openConnection(
  call: ServerDuplexStream<AppendRequest, object>,
  catalog: Catalog,
  appender: Appender,
  messages: Messages,
  drawFault: () => Fault,
): void {
  const connection: Connection = {
    stream: "",
    schema: undefined,
    plan: undefined,
    plannedFor: undefined,
  };
  let answers: Promise<void> = Promise.resolve();
  let inFlight = 0;
  let ended = false;
  const end = (error: unknown) => {
    if (ended) return;
    ended = true;
    call.emit("error", toStatus(error));
  };
  call.on("data", (request: AppendRequest) => {
    if (ended) return;
    inFlight += request.size;
    if (inFlight > inFlightBytes) call.pause();
    const settled = begin(connection, request, catalog, appender, messages, drawFault).then(
      (response) => () => {
        if (!ended) call.write(response);
      },
      (error: unknown) => () => end(error),
    );
    answers = answers.then(async () => {
      const answer = await settled;
      answer();
      inFlight -= request.size;
      if (inFlight <= inFlightBytes) call.resume();
    });
  });
  call.on("end", () => {
    void answers.then(() => {
      if (!ended) call.end();
    });
  });
  call.on("cancelled", () => {
    ended = true;
  });
  call.on("error", () => {
    ended = true;
  });
}

/**
 * Reads a request at once, in the order of arrival, and resolves to its response once it is
 * committed. Rejects with what ends the connection.
 */
async function begin(
  connection: Connection,
  request: AppendRequest,
  catalog: Catalog,
  appender: Appender,
  messages: Messages,
  drawFault: () => Fault,
): Promise<object> {
  if (request.size > largestRequestBytes) {
    throw new BigqueryError(
      "invalid",
      `MessageSize is too large. Max allow: ${largestRequestBytes} Actual: ${request.size}`,
    );
  }
  const append = appendRequestSchema.parse(request.message);
  if (append.offset) {
    throw new BigqueryError("invalid", "Offset must not be set on the default stream");
  }
  if (append.writeStream !== "") connection.stream = append.writeStream;
  const table = catalog.getTable(parseStream(connection.stream));
  if (table.viewQuery !== undefined) {
    throw new BigqueryError("invalid", `Cannot append to view ${connection.stream}`);
  }
  const known = connection.plannedFor;
  const plan = planFor(connection, table, append.protoRows?.writerSchema, messages);
  const grown = known !== undefined && known.version !== table.version;
  const changed = grown
    ? { updatedSchema: { fields: describeFields(messages, table.fields) } }
    : {};
  const rows = append.protoRows?.rows?.serializedRows ?? [];
  const fault = drawFault();
  if (fault === "beforeCommit") return unavailable(connection.stream);
  const { ndjson, errors } = transcodeRows(plan, rows, Date.now());
  if (errors.length > 0) {
    return {
      error: {
        code: status.INVALID_ARGUMENT,
        message:
          "Errors found while processing rows. Please refer to the row_errors field for details. The list may not be complete because of the size limitations.",
      },
      rowErrors: errors.map((error) => ({ ...error, code: "FIELDS_ERROR" })),
      writeStream: connection.stream,
    };
  }
  if (rows.length > 0) {
    await appender.append(table, ndjson).catch((error: unknown) => {
      catalog.getTable(table);
      throw explainDuckdbError(error);
    });
  }
  if (fault === "afterCommit") return unavailable(connection.stream);
  return { appendResult: {}, writeStream: connection.stream, ...changed };
}

function planFor(
  connection: Connection,
  table: CatalogTable,
  given: Uint8Array | undefined,
  messages: Messages,
): MessagePlan {
  // The client repeats its schema in every request.
  const repeated =
    given === undefined ||
    (connection.schema !== undefined && Buffer.compare(given, connection.schema) === 0);
  if (repeated && connection.plan && connection.plannedFor === table) return connection.plan;
  const bytes = given ?? connection.schema;
  if (!bytes) {
    throw new BigqueryError("invalid", "Writer schema must be provided in the first request");
  }
  const { protoDescriptor } = z
    .object({ protoDescriptor: descriptorSchema })
    .parse(messages.schema.toObject(messages.schema.decode(bytes)));
  const plan = compileWriterSchema(protoDescriptor, table);
  connection.schema = Buffer.from(bytes);
  connection.plan = plan;
  connection.plannedFor = table;
  return plan;
}

function unavailable(writeStream: string): object {
  return {
    error: { code: status.UNAVAILABLE, message: "The service is currently unavailable." },
    writeStream,
  };
}

function parseStream(name: string): TableName {
  const match =
    /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)(?:\/streams)?\/(?:_default)$/.exec(
      name,
    );
  if (match) return { project: match[1] ?? "", dataset: match[2] ?? "", table: match[3] ?? "" };
  if (/^projects\/[^/]+\/datasets\/[^/]+\/tables\/[^/]+\/streams\/[^/]+$/.test(name)) {
    throw new BigqueryError("notImplemented", `Only default streams are implemented, not ${name}`);
  }
  throw new BigqueryError("invalid", `Invalid stream name: ${name}`);
}

function describeStream(messages: Messages, name: string, table: CatalogTable, full: boolean) {
  const millis = table.createdAt;
  return {
    name,
    type: "COMMITTED",
    location: "us",
    createTime: { seconds: Math.floor(millis / 1_000), nanos: (millis % 1_000) * 1_000_000 },
    ...(full ? { tableSchema: { fields: describeFields(messages, table.fields) } } : {}),
  };
}

const storageTypes: Partial<Record<Field["type"], string>> = {
  BOOLEAN: "BOOL",
  FLOAT: "DOUBLE",
  INTEGER: "INT64",
  RECORD: "STRUCT",
};

function describeFields(messages: Messages, fields: Field[]): object[] {
  return fields.map((field) => ({
    name: field.name,
    type: messages.fieldTypes[storageTypes[field.type] ?? field.type],
    mode: messages.fieldModes[field.mode],
    description: field.description ?? "",
    fields: describeFields(messages, field.fields),
  }));
}

/** Ends a call with the status BigQuery gives. */
function toStatus(error: unknown): { code: status; details: string } {
  if (error instanceof SchemaMismatchError) {
    return { code: status.INVALID_ARGUMENT, details: error.message };
  }
  return toStorageStatus(error);
}

/** The same seed gives the same sequence of faults. */
function createFaults(faults: WriteFaults): () => Fault {
  const { fraction } = createRandom(faults.seed);
  return () => {
    const drawn = fraction();
    if (drawn < faults.appendErrorRate) return "beforeCommit";
    return drawn < faults.appendErrorRate + faults.committedButErrorRate ? "afterCommit" : "none";
  };
}
