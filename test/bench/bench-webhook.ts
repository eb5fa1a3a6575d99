import { once } from "node:events";
import { connect } from "node:net";
import { PubSub } from "@google-cloud/pubsub";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { processCpuMs } from "../support/process-usage.ts";
import { type ServedFunction, serveFunction } from "../support/serve-function.ts";
import { signX, xSecret } from "../support/sign-webhooks.ts";
import { type Effort, held, type Measurement, roundsOf, told } from "./measurement.ts";

const connections = 64;
const requestsPerRound = 1_500;
const rounds = 15;

/** A function that only has the raw body and answers. */
const floorSource = `
const { http } = require("@google-cloud/functions-framework");
http("receive-webhook", (request, response) => {
  response.status(200).json({ bytes: request.rawBody?.length });
});
`;

/**
 * `receive-webhook` (signature check, JSON check, publish to a local Pub/Sub and its
 * acknowledgement) beside a function that only reads the raw body, each in a process of its own
 * under the functions framework, in turns. Compared is what each takes of a core, because load
 * and Pub/Sub come from this machine, too, and would be measured with it by the clock. The bodies
 * are `application/octet-stream`, so that the framework parses none for the floor.
 */
export async function benchWebhook(effort: Effort): Promise<Measurement[]> {
  const pubsub = await startPubsub();
  const topics = new PubSub({
    projectId: "bench",
    apiEndpoint: pubsub.address,
    emulatorMode: true,
  });
  await topics.createTopic("tweets");
  await topics.close();
  await ensureBuilt();
  const environment = {
    GOOGLE_CLOUD_PROJECT: "bench",
    PUBSUB_EMULATOR_HOST: pubsub.address,
    X_CONSUMER_SECRET: xSecret,
  };
  const webhook = await serveFunction("receive-webhook", environment);
  const floor = await serveFunction("receive-webhook", environment, floorSource);
  try {
    const request = deliveryRequest();
    await runRound(floor, request);
    await runRound(webhook, request);
    const pairs: { floor: Round; ours: Round }[] = [];
    for (let round = 0; round < roundsOf(effort, rounds); round++) {
      pairs.push({ floor: await runRound(floor, request), ours: await runRound(webhook, request) });
    }
    const share = (measure: (round: Round) => number) =>
      pairs.map(({ floor, ours }) => measure(floor) / measure(ours));
    const cpu = ({ cpuMs }: Round) => cpuMs;
    const cpuMicroseconds = pairs.map(({ ours }) => (ours.cpuMs / requestsPerRound) * 1e3);
    return [
      held("receive-webhook, share of a handler that only reads the raw body", share(cpu)),
      told(
        "receive-webhook, the same by the clock",
        share(({ seconds }) => seconds),
        "×",
      ),
      told("receive-webhook, CPU a request", cpuMicroseconds, "µs"),
    ];
  } finally {
    await floor.stop();
    await webhook.stop();
    await pubsub.stop();
  }
}

type Round = { seconds: number; cpuMs: number };

async function runRound(served: ServedFunction, request: Buffer): Promise<Round> {
  const cpuBefore = processCpuMs(served.pid());
  const start = performance.now();
  await sendAll(served.url, request);
  const seconds = (performance.now() - start) / 1_000;
  return { seconds, cpuMs: processCpuMs(served.pid()) - cpuBefore };
}

/** A signed Account Activity delivery of one tweet, as bytes for the wire. */
function deliveryRequest(): Buffer {
  const [tweet] = generateTweets({ count: 1, seed: 1, endingAt: new Date("2026-11-01T00:00:00Z") });
  const body = `{"for_user_id":"2244994945","tweet_create_events":[${tweet?.json ?? ""}]}`;
  const head = [
    "POST /x HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: application/octet-stream",
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(signX(body)).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Sends the requests of a round over connections that each wait for their answer. */
async function sendAll(url: string, request: Buffer): Promise<void> {
  let left = requestsPerRound;
  let answered = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.setNoDelay(true);
      let received = "";
      const next = () => {
        received = "";
        if (left === 0) return socket.end();
        left -= 1;
        return socket.write(request);
      };
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
        // Both answer with one small JSON object.
        if (!received.endsWith("}")) return;
        if (!received.startsWith("HTTP/1.1 200 ")) {
          socket.destroy(new Error(received));
          return;
        }
        answered += 1;
        next();
      });
      next();
      await once(socket, "close");
    }),
  );
  if (answered < requestsPerRound) throw new Error(`${url} answered ${answered} requests only`);
}
