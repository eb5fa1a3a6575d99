import { Agent, request } from "node:http";
import { PubSub } from "@google-cloud/pubsub";
import { encodePayload } from "../../shared/codec/encode-payload.ts";
import { topicsOf } from "../../shared/manifest/list-topics.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { processCpuMs } from "../support/process-usage.ts";
import { type ServedFunction, serveFunction } from "../support/serve-function.ts";
import { streamLines } from "./bench-normalize.ts";
import {
  type Effort,
  held,
  type Measurement,
  ratioToFloor,
  roundsOf,
  told,
} from "./measurement.ts";
import { pushBody } from "./push-body.ts";
import { realMessages } from "./real-messages.ts";

const projectId = "bench-project";
const pack = 100;
const concurrency = 8;
const rounds = 5;
const messages = 300;

type Case = { name: string; topic: string; floor: string; bodies: Buffer[]; lines: number };

/** A function that only decodes and parses what it is sent: what the framework itself costs. */
const parseTweets = `
const { cloudEvent } = require("@google-cloud/functions-framework");
cloudEvent("normalize-tweets", async ({ data }) => {
  const text = Buffer.from(data.message.data, "base64").toString("utf8");
  for (const line of text.split("\\n")) JSON.parse(line);
});
`;

/** The same for packed shares, with what nobody who judges links can do without. */
const parseShares = `
const { zstdDecompressSync } = require("node:zlib");
const { cloudEvent } = require("@google-cloud/functions-framework");
cloudEvent("normalize-urls", async ({ data }) => {
  const text = zstdDecompressSync(Buffer.from(data.message.data, "base64")).toString("utf8");
  let hosts = 0;
  for (const line of text.split("\\n")) {
    for (const { url } of JSON.parse(line).links) hosts += URL.parse(url)?.host.length ?? 0;
  }
  if (hosts === 0) throw new Error("the floor has seen no link");
});
`;

/** Normalizers under the functions framework, each against a handler that does what none can leave out. */
export async function benchHttp(effort: Effort): Promise<Measurement[]> {
  await ensureBuilt();
  const pubsub = await startPubsub();
  Object.assign(process.env, {
    PUBSUB_EMULATOR_HOST: pubsub.address,
    METADATA_SERVER_DETECTION: "none",
  });
  const client = new PubSub({ projectId });
  for (const topic of topicsOf(await readManifests())) await client.createTopic(topic);
  const tweets = tweetsCase();
  const shares = await sharesCase();
  try {
    const ofTweets = await compare(effort, tweets, pubsub.address);
    const ofShares = await compare(effort, shares, pubsub.address);
    return [
      held("normalize-tweets over HTTP, share of its floor", ofTweets.ratios),
      held("normalize-urls over HTTP, share of its floor", ofShares.ratios),
      told("lines per second of CPU, over HTTP", ofTweets.perSecond, "/s", { of: tweets.name }),
      told("lines per second of CPU, over HTTP", ofShares.perSecond, "/s", { of: shares.name }),
    ];
  } finally {
    await client.close();
    await pubsub.stop();
  }
}

async function compare(
  effort: Effort,
  { name, topic, floor, bodies, lines }: Case,
  address: string,
) {
  const environment = { GOOGLE_CLOUD_PROJECT: projectId, PUBSUB_EMULATOR_HOST: address };
  const ours = await serveFunction(name, environment);
  const least = await serveFunction(name, environment, floor);
  try {
    const { ratios, workMs } = await ratioToFloor(
      roundsOf(effort, rounds),
      () => cpuToAnswer(least, topic, bodies),
      () => cpuToAnswer(ours, topic, bodies),
    );
    return { ratios, perSecond: lines / (workMs / 1_000) };
  } finally {
    await ours.stop();
    await least.stop();
  }
}

function tweetsCase(): Case {
  const lines = streamLines();
  const packed = Array.from(
    { length: Math.min(messages, Math.floor(lines.length / pack)) },
    (_, index) => ({
      data: Buffer.from(lines.slice(index * pack, (index + 1) * pack).join("\n")),
      attributes: {},
    }),
  );
  const bodies = packed.map((message, index) => pushBody(projectId, "tweets", message, index));
  return {
    name: "normalize-tweets",
    topic: "tweets",
    floor: parseTweets,
    bodies,
    lines: bodies.length * pack,
  };
}

/** Shares as normalize-tweets publishes them, over and over: the stream has few. */
async function sharesCase(): Promise<Case> {
  const topic = "link-shares";
  const packed = (await realMessages()).get(topic) ?? [];
  const times = Math.ceil(messages / packed.length);
  const bodies = Array.from({ length: times }, () => packed)
    .flat()
    .map((data, index) => pushBody(projectId, topic, encodePayload(data), index));
  const lines = packed.reduce((sum, data) => sum + data.toString().split("\n").length, 0);
  return { name: "normalize-urls", topic, floor: parseShares, bodies, lines: lines * times };
}

/** CPU in ms that a function's process takes to answer all of it. */
async function cpuToAnswer(
  running: ServedFunction,
  topic: string,
  bodies: readonly Buffer[],
): Promise<number> {
  const before = processCpuMs(running.pid());
  await postAll(`${running.url}/projects/${projectId}/topics/${topic}`, bodies);
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
      url,
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
