import { Agent, request } from "node:http";
import { PubSub } from "@google-cloud/pubsub";
import { topicsOf } from "../../shared/manifest/list-topics.ts";
import { buildFunctions } from "../../terraform/build-functions.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { processCpuMs } from "../support/process-usage.ts";
import { type ServedFunction, serveFunction } from "../support/serve-function.ts";
import { streamLines } from "./bench-normalize.ts";
import { atLeast, type Measurement, ratioToFloor, told } from "./measurement.ts";

const projectId = "bench-project";
const pack = 100;
const concurrency = 8;
const rounds = 5;
const messages = 300;

/** A function that only decodes and parses what it is sent: what the framework itself costs. */
const floorSource = `
const { cloudEvent } = require("@google-cloud/functions-framework");
cloudEvent("normalize-tweets", async ({ data }) => {
  const text = Buffer.from(data.message.data, "base64").toString("utf8");
  for (const line of text.split("\\n")) JSON.parse(line);
});
`;

/** normalize-tweets under the functions framework against a handler that only decodes and parses. */
export async function benchHttp(): Promise<Measurement[]> {
  await buildFunctions();
  const pubsub = await startPubsub();
  Object.assign(process.env, {
    PUBSUB_EMULATOR_HOST: pubsub.address,
    METADATA_SERVER_DETECTION: "none",
  });
  const client = new PubSub({ projectId });
  for (const topic of topicsOf(await readManifests())) await client.createTopic(topic);
  const environment = {
    GOOGLE_CLOUD_PROJECT: projectId,
    PUBSUB_EMULATOR_HOST: pubsub.address,
  };
  const ours = await serveFunction("normalize-tweets", environment);
  const floor = await serveFunction("normalize-tweets", environment, floorSource);
  try {
    const bodies = pushBodies();
    const { ratio, workMs } = await ratioToFloor(
      rounds,
      () => cpuToAnswer(floor, bodies),
      () => cpuToAnswer(ours, bodies),
    );
    const lines = bodies.length * pack;
    return [
      atLeast("normalize-tweets over HTTP, share of its floor", ratio, 0.5),
      told("normalize-tweets over HTTP, lines per second of CPU", lines / (workMs / 1_000), "/s"),
    ];
  } finally {
    await ours.stop();
    await floor.stop();
    await client.close();
    await pubsub.stop();
  }
}

function pushBodies(): Buffer[] {
  const lines = streamLines();
  return Array.from({ length: Math.min(messages, Math.floor(lines.length / pack)) }, (_, index) => {
    const text = lines.slice(index * pack, (index + 1) * pack).join("\n");
    const message = {
      data: Buffer.from(text).toString("base64"),
      messageId: String(index),
      publishTime: new Date().toISOString(),
      attributes: {},
    };
    const subscription = `projects/${projectId}/subscriptions/tweets.normalize-tweets`;
    return Buffer.from(JSON.stringify({ message, subscription }));
  });
}

/** CPU in ms that a function's process takes to answer all of it. */
async function cpuToAnswer(running: ServedFunction, bodies: readonly Buffer[]): Promise<number> {
  const before = processCpuMs(running.pid());
  await postAll(running.url, bodies);
  return processCpuMs(running.pid()) - before;
}

async function postAll(url: string, bodies: readonly Buffer[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const queue = bodies.values();
  const worker = async () => {
    for (const body of queue) await post(url, body, agent);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  agent.destroy();
}

function post(url: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/projects/${projectId}/topics/tweets`,
      {
        agent,
        method: "POST",
        headers: { "content-type": "application/json", "content-length": body.length },
      },
      (answer) => {
        answer.resume();
        answer.once("end", () => {
          if (answer.statusCode === 204 || answer.statusCode === 200) resolve();
          else reject(new Error(`answered ${answer.statusCode}`));
        });
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
