import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PubSub } from "@google-cloud/pubsub";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { peakResidentBytes, processCpuMs } from "../support/process-usage.ts";
import { sharedDataPath } from "../support/shared-data.ts";
import { startSocketServer } from "../support/start-socket-server.ts";
import { held, type Measurement } from "./measurement.ts";

/** Before measuring: Node starts, and compiles what is run often. */
const warmUp = 10_000;
const measured = 30_000;
const perSecond = 2_000;
const tickMs = 50;
const nudgeMs = 100;
const mostNudges = 1_200;
const firstTime = 1_783_175_888_000_000;
const projectId = "bench";
const topic = "bluesky-events";

/** `npm run produce -- --bluesky` on real events, 2,000 a second, in its own process. */
export async function benchSubscriber(): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "hourtally-bench-"));
  const lines = readFileSync(sharedDataPath("bluesky/jetstream-events.jsonl"), "utf8")
    .trim()
    .split("\n");
  const event = (index: number) =>
    (lines[index % lines.length] ?? "").replace(/"time_us":\d+/, `"time_us":${firstTime + index}`);
  const pubsub = await startPubsub({ port: 0 });
  process.env.PUBSUB_EMULATOR_HOST = pubsub.address;
  const client = new PubSub({ projectId });
  await client.createTopic(topic);
  let send = (_first: number, _count: number) => {};
  const connected = Promise.withResolvers<void>();
  const server = await startSocketServer({
    accept: ({ pathname }) => (pathname === "/subscribe" ? true : 404),
    serve: ({ socket }) => {
      send = (first, count) => {
        for (let index = first; index < first + count; index++) socket.send(event(index));
      };
      connected.resolve();
    },
  });
  const cursor = join(folder, "cursor.json");
  const child = spawn(
    process.execPath,
    [
      "--max-semi-space-size=4",
      "test/producer/produce.ts",
      "--bluesky",
      `ws://${server.host}`,
      "--project",
      projectId,
      "--cursor",
      cursor,
      "--quiet",
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  try {
    await connected.promise;
    let sent = 0;
    /** Sends so many events by the clock, and one by one some more until all of them are published. */
    const publish = async (count: number) => {
      const all = sent + count;
      const first = sent;
      for (const startedAt = performance.now(); sent < all; await sleep(tickMs)) {
        const due = Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond);
        const now = Math.min(all, first + due);
        send(sent, now - sent);
        sent = now;
      }
      for (; !isPublished(cursor, firstTime + all - 1); sent += 1) {
        if (sent > all + mostNudges) throw new Error("events are sent, and not published");
        await sleep(nudgeMs);
        send(sent, 1);
      }
    };
    await publish(warmUp);
    const before = processCpuMs(child.pid);
    await publish(measured);
    const cpuMs = processCpuMs(child.pid) - before;
    const mebibytes = peakResidentBytes(child.pid) / 1_024 ** 2;
    return [
      held("produce --bluesky, events per second of CPU", measured / (cpuMs / 1_000)),
      held("produce --bluesky, resident memory", mebibytes),
    ];
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    await client.close();
    await server.stop();
    await pubsub.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Whether the events up to a cursor are acknowledged. It is saved with what is acknowledged later. */
function isPublished(path: string, last: number): boolean {
  if (!existsSync(path)) return false;
  return Number(/"cursor":(\d+)/.exec(readFileSync(path, "utf8"))?.[1]) >= last;
}
