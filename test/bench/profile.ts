import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { PubSub } from "@google-cloud/pubsub";
import { encodePayload } from "../../shared/codec/encode-payload.ts";
import { triggersOf } from "../../shared/manifest/function-manifest.ts";
import { topicsOf } from "../../shared/manifest/list-topics.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { parseArguments } from "../../terraform/operate/cli/parse-arguments.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { runFunction, runtimeEnvironment } from "../local-cloud/run-function.ts";
import { startTestCloud } from "../support/test-cloud.ts";
import { streamLines } from "./bench-normalize.ts";
import { buildUnbundled } from "./build-unbundled.ts";
import { drawFlames } from "./draw-flames.ts";
import { cpuProfile, heaviest, readTree } from "./profile-tree.ts";
import { pushBody } from "./push-body.ts";
import { realMessages } from "./real-messages.ts";
import { forkRowSink } from "./start-row-sink.ts";

const localCloud = "local-cloud";
const projectId = "bench-project";
const seconds = 10;
const concurrency = 8;
const shownPlaces = 20;
const recorder = join(import.meta.dirname, "record-profile.cjs");
const profileName = "profile.json";

const help = `npm run profile -- <function | ${localCloud}>

Where the CPU goes: sends the messages of the real tweets (or generated ones) for ${seconds} seconds, draws a
flame graph, test/bench/profile-<name>.svg, and lists what takes most time by itself. Functions:
those that tweets pass through.
`;

async function profile(args: string[], listen: () => AbortSignal): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  const [name] = positionals;
  if (values.help || name === undefined) {
    process.stdout.write(help);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "hourtally-profile-"));
  listen().addEventListener("abort", () => {
    rmSync(folder, { recursive: true });
    // Takes along what was started.
    process.exit(130);
  });
  try {
    await ensureBuilt();
    if (name === localCloud) await profileCloud(folder);
    else await profileFunction(name, folder);
    await draw(name, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Under the functions framework as deployed, but with names that can be read. */
async function profileFunction(name: string, folder: string): Promise<void> {
  const manifests = await readManifests();
  const manifest = manifests.find((one) => one.name === name);
  if (manifest === undefined) throw new UserError(`no function is called ${name}. Try --help.`);
  const messages = await realMessages();
  const topics = triggersOf(manifest).filter((topic) => messages.has(topic));
  if (topics.length === 0) throw new UserError(`no tweets pass through ${name}. Try --help.`);
  const pubsub = await startPubsub();
  const sink = await forkRowSink();
  process.env.METADATA_SERVER_DETECTION = "none";
  const client = new PubSub({ projectId, apiEndpoint: pubsub.address, emulatorMode: true });
  for (const topic of topicsOf(manifests)) await client.createTopic(topic);
  await client.close();
  const running = await runFunction(manifest, {
    bundle: await buildUnbundled(name, folder),
    logDirectory: folder,
    environment: {
      NODE_OPTIONS: `${runtimeEnvironment.NODE_OPTIONS} --require=${recorder}`,
      PROFILE_PATH: join(folder, profileName),
      GOOGLE_CLOUD_PROJECT: projectId,
      BIGQUERY_DATASET: "hourtally",
      PUBSUB_EMULATOR_HOST: pubsub.address,
      BIGQUERY_WRITE_ENDPOINT: sink.url,
      METADATA_SERVER_DETECTION: "none",
    },
  });
  try {
    const requests = topics.flatMap((topic) =>
      (messages.get(topic) ?? []).map((data, index) => ({
        url: `${running.url}/projects/${projectId}/topics/${topic}`,
        body: pushBody(projectId, topic, encodePayload(data), index),
      })),
    );
    await sendFor(seconds * 1_000, requests);
  } finally {
    await running.stop();
    sink.stop();
    await pubsub.stop();
  }
}

type Request = { url: string; body: Buffer };

async function sendFor(ms: number, requests: readonly Request[]): Promise<void> {
  const end = performance.now() + ms;
  let next = 0;
  const worker = async () => {
    while (performance.now() < end) {
      const request = requests[next++ % requests.length];
      if (request === undefined) return;
      const headers = { "content-type": "application/json" };
      const answer = await fetch(request.url, {
        method: "POST",
        headers,
        body: Uint8Array.from(request.body),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`the function answered ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** The servers of the local cloud, in a process of their own that is profiled. */
async function profileCloud(folder: string): Promise<void> {
  const child = spawn(process.execPath, ["--require", recorder, import.meta.filename], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PROFILE_PATH: join(folder, profileName),
      HOURTALLY_PROFILED: "cloud",
    },
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the local cloud ended with ${code}`);
}

async function runCloud(): Promise<void> {
  const cloud = await startTestCloud();
  const lines = streamLines();
  for (let copy = 0; copy < 2; copy++) await cloud.count(lines, 100);
  await cloud.stop();
  process.exit();
}

async function draw(name: string, folder: string): Promise<void> {
  const profiled: unknown = JSON.parse(await readFile(join(folder, profileName), "utf8"));
  const root = readTree(cpuProfile.parse(profiled));
  const drawing = join(import.meta.dirname, `profile-${name}.svg`);
  await writeFile(drawing, drawFlames(root, `${name}: ${(root.total / 1e6).toFixed(1)} s of CPU`));
  for (const { place, share } of heaviest(root, shownPlaces)) {
    process.stdout.write(`${(100 * share).toFixed(1).padStart(5)} %  ${place}\n`);
  }
  process.stderr.write(`flame graph: ${relative(process.cwd(), drawing)}\n`);
}

if (import.meta.main) {
  if (process.env.HOURTALLY_PROFILED === "cloud") await runCloud();
  else await runCommand("profile", profile);
}
