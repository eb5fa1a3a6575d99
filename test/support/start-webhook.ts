import { PubSub } from "@google-cloud/pubsub";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { collectMessages } from "./collect-messages.ts";
import { serveFunction } from "./serve-function.ts";
import { standardSecret, xSecret } from "./sign-webhooks.ts";

const projectId = "demo";

/**
 * `receive-webhook` as it is deployed, and a Pub/Sub whose topic `tweets` keeps what is published.
 * `environment` is what the function has beside the secrets of the tests.
 */
export async function startWebhook(environment: Record<string, string> = {}) {
  let pubsub = await startPubsub();
  const { address } = pubsub;
  const client = new PubSub({ projectId, apiEndpoint: address, emulatorMode: true });
  let tweets = await collectMessages(client, "tweets");
  const served = await serveFunction("receive-webhook", {
    GOOGLE_CLOUD_PROJECT: projectId,
    PUBSUB_EMULATOR_HOST: address,
    X_CONSUMER_SECRET: xSecret,
    STANDARD_WEBHOOK_SECRET: standardSecret,
    ...environment,
  });
  const stopPubsub = async () => {
    await tweets.close();
    await pubsub.stop();
  };
  return {
    ...served,
    pubsubAddress: address,
    /** The messages on `tweets` since the last call: `count`, and any that should not be there. */
    takeTweets: (count: number) => tweets.take(count),
    stopPubsub,
    /** An empty one, at the same address. */
    startPubsubAgain: async () => {
      pubsub = await startPubsub({ port: Number(address.split(":")[1]) });
      tweets = await collectMessages(client, "tweets");
    },
    stop: async () => {
      await served.stop();
      await stopPubsub();
      await client.close();
    },
  };
}
