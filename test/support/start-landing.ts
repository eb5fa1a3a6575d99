import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PubSub } from "@google-cloud/pubsub";
import { type Bucket, Storage } from "@google-cloud/storage";
import { build } from "esbuild";
import { type LoadReport, loadReport } from "../../shared/landing/load-report.v1.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { startStorage } from "../local-cloud/storage/start-storage.ts";

export type LandedMessage = { id: string; data: Buffer; attributes: Record<string, string> };

const root = join(import.meta.dirname, "../..");
const framework = "@google-cloud/functions-framework";
const projectId = "demo";
/** Of an instance of 512 MiB, what is left for the heap. */
const heapMiB = 416;
const topics = ["tweets", "turnstiles", "log-lines", "failed-events"];

/**
 * A landing bucket whose notifications reach `load-object`, which runs in a process of its own as
 * it is deployed, and topics that keep what is published.
 */
export async function startLanding(options: { keepMessages?: boolean } = {}) {
  const { keepMessages = true } = options;
  // Without it Google's clients look for a metadata server and warn that there is none.
  process.env.METADATA_SERVER_DETECTION = "none";
  const directory = mkdtempSync(join(tmpdir(), "hourtally-landing-"));
  const pubsub = await startPubsub();
  const client = new PubSub({ projectId, apiEndpoint: pubsub.address, emulatorMode: true });
  const finalized = await createTopic(client, "object-finalized");
  const storage = await startStorage({
    directory,
    publish: async (_topic, data, attributes) => {
      await finalized.publishMessage({ data: Buffer.from(data), attributes });
    },
  });
  const bucket = new Storage({ projectId, apiEndpoint: storage.url }).bucket("lake");
  await bucket.create();
  await bucket.createNotification(`projects/${projectId}/topics/object-finalized`, {
    eventTypes: ["OBJECT_FINALIZE"],
    payloadFormat: "JSON_API_V1",
  });

  const kept = new Map<string, LandedMessage[]>();
  for (const name of topics) {
    const topic = await createTopic(client, name);
    kept.set(name, keepMessages ? await keep(client, topic.name, name) : []);
  }
  const bundle = await bundleFunction(directory);
  const loader = await startLoader(bundle, {
    environment: {
      GOOGLE_CLOUD_PROJECT: projectId,
      LANDING_BUCKET: bucket.name,
      PUBSUB_EMULATOR_HOST: pubsub.address,
      STORAGE_EMULATOR_HOST: storage.url,
    },
  });
  await finalized.createSubscription("object-finalized.load-object", {
    pushEndpoint: `${loader.url}/projects/${projectId}/topics/object-finalized`,
    ackDeadlineSeconds: 600,
    retryPolicy: { minimumBackoff: { nanos: 100_000_000 }, maximumBackoff: { seconds: 1 } },
  });

  return {
    bucket,
    client,
    pubsub,
    storageUrl: storage.url,
    loader,
    /** What was published to a topic so far. */
    messages: (topic: string): LandedMessage[] => kept.get(topic) ?? [],
    /** The report of the object as it is now, as soon as it is there. */
    report: (name: string, patienceMs?: number) => waitForReport(bucket, name, patienceMs),
    stop: async () => {
      await loader.stop();
      await client.close();
      await storage.stop();
      await pubsub.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function createTopic(client: PubSub, name: string) {
  const [topic] = await client.createTopic(name);
  return topic;
}

async function keep(client: PubSub, topicName: string, name: string): Promise<LandedMessage[]> {
  const [subscription] = await client.topic(topicName).createSubscription(`${name}.keeper`);
  const messages: LandedMessage[] = [];
  subscription.on("message", (message) => {
    const { id, data, attributes } = message;
    messages.push({ id, data, attributes: { ...attributes } });
    message.ack();
  });
  return messages;
}

async function waitForReport(bucket: Bucket, name: string, patienceMs = 30_000) {
  const [{ generation }] = await bucket.file(name).getMetadata();
  const report = bucket.file(`reports/${name}.${String(generation)}.report.json`);
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const [exists] = await report.exists();
    if (exists) return readReport(report);
    await delay(20);
  }
  throw new Error(`no report of ${name}`);
}

async function readReport(file: ReturnType<Bucket["file"]>): Promise<LoadReport> {
  const [json] = await file.download();
  return loadReport.parse(JSON.parse(json.toString()));
}

async function bundleFunction(directory: string): Promise<string> {
  const folder = join(directory, "bundle");
  await build({
    entryPoints: [join(root, "functions/load-object/index.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    external: [framework],
    logLevel: "warning",
  });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"main":"index.js"}');
  return folder;
}

async function startLoader(folder: string, options: { environment: Record<string, string> }) {
  const port = await freePort();
  let log = "";
  let child = await spawnLoader();

  async function spawnLoader(): Promise<ChildProcess> {
    const main = join(root, "node_modules", framework, "build/src/main.js");
    const started = spawn(process.execPath, [main], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? "",
        PORT: String(port),
        NODE_ENV: "production",
        NODE_OPTIONS: `--max-old-space-size=${heapMiB}`,
        METADATA_SERVER_DETECTION: "none",
        FUNCTION_TARGET: "load-object",
        FUNCTION_SIGNATURE_TYPE: "cloudevent",
        ...options.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const note = (chunk: Buffer) => {
      log += chunk.toString();
    };
    started.stdout.on("data", note);
    started.stderr.on("data", note);
    process.once("exit", () => started.kill("SIGKILL"));
    for (let attempt = 0; attempt < 1_000 && started.exitCode === null; attempt++) {
      if (await listens(port)) return started;
      await delay(20);
    }
    throw new Error(`load-object does not start: ${log}`);
  }

  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  const memory = async (field: "VmHWM" | "VmRSS") => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1_024;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    /** All that it wrote to stdout and stderr. */
    log: () => log,
    /** Resolves when the log has `count` matches. */
    waitForLog: async (pattern: RegExp, count: number) => {
      for (let turn = 0; turn < 500; turn++) {
        if ((log.match(pattern) ?? []).length >= count) return;
        await delay(20);
      }
      throw new Error(`the log has no ${count} of ${String(pattern)}: ${log}`);
    },
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    /** Bytes, now and at most. Linux only. */
    residentBytes: () => memory("VmRSS"),
    peakResidentBytes: () => memory("VmHWM"),
    kill: () => end("SIGKILL"),
    restart: async () => {
      child = await spawnLoader();
    },
    stop: () => end("SIGTERM"),
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
