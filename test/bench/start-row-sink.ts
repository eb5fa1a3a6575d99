import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { type handleBidiStreamingCall, Server, ServerCredentials } from "@grpc/grpc-js";
import * as z from "zod";

type RowSink = { url: string; stop: () => void };

/** `AppendRowsResponse` with an empty `append_result`. */
const committed = Buffer.of(0x0a, 0x00);
const method = {
  path: "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows",
  requestStream: true,
  responseStream: true,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

/** The other side of the Storage Write API: acknowledges each append at once and does nothing else. */
export async function startRowSink(): Promise<RowSink> {
  // Appends may be of 20 MB, where this library takes 4.
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  const appendRows: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.on("data", () => call.write(committed));
    call.on("end", () => call.end());
  };
  server.addService({ appendRows: method }, { appendRows });
  const port = await promisify(server.bindAsync.bind(server))(
    "127.0.0.1:0",
    ServerCredentials.createInsecure(),
  );
  return { url: `http://127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

/** The same in a process of its own, whose CPU is then not measured. */
export async function forkRowSink(): Promise<RowSink> {
  const child: ChildProcess = fork(import.meta.filename);
  const [url] = await once(child, "message");
  return { url: z.string().parse(url), stop: () => void child.kill() };
}

if (import.meta.main) {
  const { url } = await startRowSink();
  process.send?.(url);
  process.once("disconnect", () => process.exit());
}
