import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { signX } from "../support/sign-webhooks.ts";
import { type Answer, post } from "./send.ts";

/** What became of honest deliveries while others held their connections open. */
export type WebhookReport = { sent: number; accepted: number; connections: number; holds: boolean };

const stallingConnections = 24;
const bodyBytes = 5_000_000;
/** Kept back by whoever stalls. */
const lastBytes = 100;
const againMs = 500;
const honestBytes = 3_000;
const leastShare = 0.99;

/**
 * 24 connections send bodies of 5 MB without a signature that fits, keep the last bytes back, and begin
 * again when they are cut off; meanwhile `deliveries` honest ones of 3 kB come, one after the other.
 */
export async function attackWebhook(
  url: string,
  secret: string,
  deliveries = 200,
): Promise<WebhookReport> {
  const attackers = new AbortController();
  const body = Buffer.alloc(bodyBytes - lastBytes, "[");
  let connections = 0;
  const stall = async () => {
    while (!attackers.signal.aborted) {
      connections += 1;
      await holdOpen(new URL(url), body, attackers.signal);
      // It is memory that is attacked, not this machine's cores.
      await delay(againMs);
    }
  };
  const stalling = Promise.all(Array.from({ length: stallingConnections }, stall));
  // Time for all of them to send what they send.
  await delay(500);
  const answers: Answer[] = [];
  for (let index = 0; index < deliveries; index++) {
    const text = JSON.stringify({ for_user_id: "1", index, text: "x".repeat(honestBytes) });
    const honest = Buffer.from(text);
    answers.push(await post(url, "/x", honest, signX(honest, secret)));
    await delay(10);
  }
  attackers.abort();
  await stalling;
  const accepted = answers.filter((answer) => answer === 200).length;
  const holds = accepted >= leastShare * answers.length;
  return { sent: answers.length, accepted, connections, holds };
}

/** Resolves when the connection is cut off. */
function holdOpen({ hostname, port }: URL, body: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), hostname);
    const close = () => socket.destroy();
    signal.addEventListener("abort", close, { once: true });
    socket.once("close", () => {
      signal.removeEventListener("abort", close);
      resolve();
    });
    socket.on("error", close);
    // Refused is refused: begin again.
    socket.on("data", close);
    const signature = `sha256=${Buffer.alloc(32).toString("base64")}`;
    socket.write(
      `POST /x HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${bodyBytes}\r\nx-twitter-webhooks-signature: ${signature}\r\n\r\n`,
    );
    socket.write(body);
  });
}
