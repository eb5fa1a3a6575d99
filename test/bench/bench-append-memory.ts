import { fork } from "node:child_process";
import { once } from "node:events";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { tables } from "../../shared/rows/tables.ts";
import { usedHeapBytes } from "../support/used-heap-bytes.ts";
import { held, type Measurement, told } from "./measurement.ts";
import { startRowSink } from "./start-row-sink.ts";

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
  const sink = await startRowSink();
  try {
    const child = fork(import.meta.filename, [sink.url], {
      env: { PATH: process.env.PATH ?? "", METADATA_SERVER_DETECTION: "none" },
    });
    const [[message]] = await Promise.all([once(child, "message"), once(child, "exit")]);
    const { before, after, seconds } = report.parse(message);
    return [
      held("append-rows, heap kept of each of 1,000,000 appends", (after - before) / appends),
      told("append-rows, appends of one row per second", (appends + warmUp) / seconds, "/s"),
    ];
  } finally {
    sink.stop();
  }
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
