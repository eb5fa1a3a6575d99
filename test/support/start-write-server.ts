import { Server, ServerCredentials, type ServerDuplexStream, type status } from "@grpc/grpc-js";
import * as z from "zod";
import {
  addStorageService,
  loadStorageProtocol,
} from "../local-cloud/bigquery/storage-protocol.ts";

/** One append that has come, and what may become of it, at any time. */
type Append = {
  /** From 0, in the order in which connections were opened. */
  connection: number;
  rows: number;
  /** Each row as it was encoded. */
  data: Uint8Array[];
  /** Which message the rows are, by the first append of a connection. */
  descriptor: Descriptor | undefined;
  /** Sends an `AppendRowsResponse`, on the connection that the append came by. */
  answer: (response: object) => void;
  /** Ends the connection: with a status, or, without one, as if all were well. */
  end: (code?: status) => void;
};

const descriptor = z.object({
  name: z.string(),
  field: z.array(z.object({ name: z.string(), number: z.number() })),
});

type Descriptor = z.infer<typeof descriptor>;

const appendRequest = z.object({
  protoRows: z.object({
    rows: z.object({ serializedRows: z.array(z.instanceof(Uint8Array)) }),
    writerSchema: z.object({ protoDescriptor: descriptor }).nullish(),
  }),
});

/** The Storage Write API as its clients see it, on this machine: whoever starts it gives each answer. */
export async function startWriteServer() {
  const { root, api } = loadStorageProtocol();
  root.resolveAll();
  const appends: Append[] = [];
  let connections = 0;
  let closed = 0;
  const appendRows = (call: ServerDuplexStream<object, object>) => {
    const connection = connections++;
    call.on("data", (request: object) => {
      const { rows, writerSchema } = appendRequest.parse(request).protoRows;
      appends.push({
        connection,
        rows: rows.serializedRows.length,
        data: rows.serializedRows,
        descriptor: writerSchema?.protoDescriptor,
        answer: (response) => void call.write(response),
        end: (code) => {
          if (code === undefined) call.end();
          else call.emit("error", { code, details: "told to" });
        },
      });
    });
    call.on("error", () => undefined);
    call.on("end", () => {
      closed += 1;
    });
  };
  const server = new Server();
  addStorageService(server, root.lookupService(`${api}.BigQueryWrite`), { appendRows });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    appends,
    /** Connections on which their client says that it sends nothing more. */
    closed: () => closed,
    stop: () => server.forceShutdown(),
  };
}
