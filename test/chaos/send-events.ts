import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { PubSub } from "@google-cloud/pubsub";
import type { Bucket } from "@google-cloud/storage";
import type { Random } from "../support/create-random.ts";
import { signStandard } from "../support/sign-webhooks.ts";

/** The ways in that events take; the rest is published as producers do. */
const shareOfWebhooks = 0.1;
const shareOfFiles = 0.05;
const maxPack = 200;
/** A sender of webhooks gives an answer so long, and then sends again. */
const webhookTimeoutMs = 10_000;
const webhookRetryMs = 250;
const webhookPatienceMs = 180_000;

/** Sends lines, and resolves when they are accepted; `settle` waits for what goes on aside. */
export type Sender = {
  send: (lines: readonly string[]) => Promise<void>;
  settle: () => Promise<void>;
};

/** Sends events by every way in, in packs of any size, as a seeded source of chance says. */
export function createSender(ways: {
  random: Random;
  pubSub: PubSub;
  bucket: Bucket;
  webhook: { url: string; secret: string };
  signal: AbortSignal;
}): Sender {
  const { random, pubSub, bucket, webhook, signal } = ways;
  const topic = pubSub.topic("tweets", { batching: { maxMessages: 1 } });
  const aside: Promise<void>[] = [];
  let files = 0;

  const sendPack = async (lines: readonly string[]): Promise<void> => {
    const way = random.fraction();
    if (way < shareOfWebhooks) {
      const delivered = postWebhook(webhook, `[${lines.join(",")}]`, signal);
      // Told by `settle`.
      delivered.catch(() => undefined);
      aside.push(delivered);
    } else if (way < shareOfWebhooks + shareOfFiles) {
      files += 1;
      const file = bucket.file(`landing/tweets/part-${files}.jsonl`);
      await file.save(`${lines.join("\n")}\n`, { resumable: false });
    } else await topic.publishMessage({ data: Buffer.from(lines.join("\n")) });
  };
  return {
    send: async (lines) => {
      const packs: Promise<void>[] = [];
      for (let from = 0; from < lines.length; ) {
        const to = from + 1 + random.below(maxPack);
        packs.push(sendPack(lines.slice(from, to)));
        from = to;
      }
      await Promise.all(packs);
    },
    settle: async () => {
      await Promise.all(aside);
    },
  };
}

/** Posts until the webhook says that it has the body, as senders do. */
async function postWebhook(
  { url, secret }: { url: string; secret: string },
  body: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + webhookPatienceMs;
  const headers = {
    "content-type": "application/json",
    ...signStandard(body, { id: randomUUID(), secret }),
  };
  let last: unknown;
  while (Date.now() < deadline && !signal.aborted) {
    try {
      const timeout = AbortSignal.timeout(webhookTimeoutMs);
      const answer = await fetch(`${url}/standard/tweets`, {
        method: "POST",
        body,
        headers,
        signal: timeout,
      });
      await answer.arrayBuffer();
      if (answer.ok) return;
      last = new Error(`the webhook answers ${answer.status}`);
      // What it refuses, it refuses again.
      if (answer.status < 500) break;
    } catch (error) {
      last = error;
    }
    await delay(webhookRetryMs);
  }
  if (!signal.aborted) throw new Error("a webhook was never accepted", { cause: last });
}

/** A secret for one run. */
export const makeUpSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
