import { fork } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { type handleBidiStreamingCall, Server, ServerCredentials } from "@grpc/grpc-js";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { tables } from "../../shared/rows/tables.ts";
import { usedHeapBytes } from "../support/used-heap-bytes.ts";
import { atMost, type Measurement, told } from "./measurement.ts";

const target = { projectId: "demo", dataset: "hourtally" };
const appends = 1_000_000;
/** After so many, all that is kept for good is there. */
const warmUp = 50_000;
const atOnce = 500;

const report = z.object({ before: z.number(), after: z.number(), seconds: z.number() });

/**
 * What `append-rows` keeps of a million appends, in a process of its own. The other side answers
 * each at once and does nothing else: a warehouse would take a quarter of an hour.
 */
export async function benchAppendMemory(): Promise<Measurement[]> {
  const { server, url } = await startAnswering();
  try {
    const child = fork(import.meta.filename, [url], {
      env: { PATH: process.env.PATH ?? "", METADATA_SERVER_DETECTION: "none" },
    });
    const [[message]] = await Promise.all([once(child, "message"), once(child, "exit")]);
    const { before, after, seconds } = report.parse(message);
    return [
      atMost(
        `append-rows, heap kept of each of ${appends.toLocaleString("en")} appends`,
        (after - before) / appends,
        8,
        "bytes",
      ),
      told("append-rows, appends of one row per second", (appends + warmUp) / seconds, "/s"),
    ];
  } finally {
    server.forceShutdown();
  }
}

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

async function startAnswering() {
  const server = new Server();
  const appendRows: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.on("data", () => call.write(committed));
    call.on("end", () => call.end());
  };
  server.addService({ appendRows: method }, { appendRows });
  const port = await promisify(server.bindAsync.bind(server))(
    "127.0.0.1:0",
    ServerCredentials.createInsecure(),
  );
  return { server, url: `http://127.0.0.1:${port}` };
}

async function appendMany(writeEndpoint: string): Promise<void> {
  const append = createAppender(createWriterOpener({ ...target, writeEndpoint }));
  const table = tables.find(({ name }) => name === "redrives");
  if (table === undefined) throw new Error("no table redrives");
  const row = { failed_event_id: "1", redriven_at: "2026-01-02T03:04:05.000Z", by: "bench" };
  const run = async (count: number) => {
    let left = count;
    const workers = Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await append(table, [row]);
    });
    await Promise.all(workers);
    return usedHeapBytes();
  };
  const start = performance.now();
  const before = await run(warmUp);
  const after = await run(appends);
  process.send?.({ before, after, seconds: (performance.now() - start) / 1_000 });
  process.exit();
}

const [writeEndpoint] = process.argv.slice(2);
if (import.meta.main && writeEndpoint !== undefined) await appendMany(writeEndpoint);
