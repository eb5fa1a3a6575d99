import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { createAddressHasher } from "../../functions/normalize-logs/hash-address.ts";
import { readMessage as readLogs } from "../../functions/normalize-logs/read-message.ts";
import { readMessage as readTurnstiles } from "../../functions/normalize-turnstiles/read-message.ts";
import { packedEvents } from "../../shared/codec/pack-lines.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { generateTurnstiles } from "../producer/generate-turnstiles.ts";
import { delivery } from "../support/deliveries.ts";
import { loadRegisters } from "../support/load-registers.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import { type Effort, held, type Measurement, ownCpuMs, roundsOf, warmUp } from "./measurement.ts";

const rounds = 5;
const functionVersion = "bench";

/** normalize-turnstiles and normalize-logs in process, and the view of stations over a month of registers. */
export async function benchStreams(effort: Effort): Promise<Measurement[]> {
  const now = Date.now();
  const treatAddress = createAddressHasher(Buffer.from("bench"));
  const increments = [...generateTurnstiles({ count: 50_000, seed: 1, endingAt: new Date(now) })];
  const registers = increments.map((line) => registerOf(line));
  const turnstiles = (lines: readonly string[]) =>
    perSecond(effort, lines, "turnstiles", (message) => {
      const read = readTurnstiles(message, { functionVersion, now });
      return [...read.readings, ...read.registers];
    });
  const logs = hasSharedData ? sharedLines("logs/apache-combined.log.gz") : [];
  return [
    held("normalize-turnstiles, increments per second of CPU", await turnstiles(increments)),
    held("normalize-turnstiles, registers per second of CPU", await turnstiles(registers)),
    ...(hasSharedData
      ? [
          held(
            "normalize-logs, lines per second of CPU",
            await perSecond(
              effort,
              [...logs, ...logs, ...logs],
              "log-lines",
              (message) => readLogs(message, { functionVersion, now, treatAddress }).entries,
            ),
          ),
          ...(effort.quick ? [] : await measureStations()),
        ]
      : []),
  ];
}

/** As load-object sends it. */
function registerOf(line: string): string {
  const [ca, unit, scp, station, linename, division, date = "", time, desc, entries, exits] =
    line.split(",");
  const [month, day, year] = date.split("-");
  const fields = {
    ca,
    unit,
    scp,
    station,
    linename,
    division,
    date: `${month}/${day}/20${year}`,
    time,
    desc,
  };
  return JSON.stringify({ ...fields, entries: Number(entries), exits: Number(exits) });
}

/** Lines that are read, and written as what is published, per second of CPU. */
async function perSecond(
  effort: Effort,
  lines: readonly string[],
  topic: string,
  read: (message: PubsubDelivery) => readonly object[],
): Promise<number[]> {
  const packed = Array.from({ length: Math.ceil(lines.length / packedEvents) }, (_, index) =>
    delivery(lines.slice(index * packedEvents, (index + 1) * packedEvents).join("\n"), topic),
  );
  const run = () => {
    let events = 0;
    let bytes = 0;
    for (const message of packed) {
      for (const event of read(message)) {
        events += 1;
        bytes += JSON.stringify(event).length;
      }
    }
    if (events < 0.99 * lines.length || bytes === 0) throw new Error("lines were not read");
  };
  await warmUp(() => ownCpuMs(run));
  const times: number[] = [];
  for (let round = 0; round < roundsOf(effort, rounds); round++) times.push(await ownCpuMs(run));
  return times.map((ms) => lines.length / (ms / 1_000));
}

/** Four weeks and more of New York's registers: 1.1 million rows. */
const month = [
  { name: "240113" },
  { name: "240120" },
  { name: "240113", daysLater: 14 },
  { name: "240120", daysLater: 14 },
  { name: "240113", daysLater: 28, rows: 90_000 },
];

const topStations = `SELECT station, linename, division, SUM(entries) AS entries
  FROM hourtally.turnstile_station_days
  GROUP BY station, linename, division ORDER BY entries DESC LIMIT 10`;
/** As many as the local BigQuery uses. */
const cores = 2;

async function measureStations(): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "hourtally-bench-"));
  const database = join(folder, "warehouse.duckdb");
  const [projectId, dataset] = ["bench", "hourtally"];
  process.env.METADATA_SERVER_DETECTION = "none";
  const empty = await startWarehouse({ projectId, dataset, database });
  await empty.stop();
  for (const week of month) {
    await loadRegisters({ database, schema: `${projectId}:${dataset}`, folder, ...week });
  }
  const server = await startBigquery({ database });
  process.env.BIGQUERY_EMULATOR_HOST = server.restUrl;
  try {
    const bigquery = new BigQuery({ projectId });
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const cpuMs = await ownCpuMs(async () => {
        const [rows] = await bigquery.query(topStations);
        if (rows.length !== 10) throw new Error("no stations were found");
      });
      times.push(cpuMs / 1_000 / cores);
    }
    return [held("top stations of 1.1 million registers, on two cores", times)];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}
