import { PubSub, v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";
import {
  type Pubsub,
  type PubsubOptions,
  startPubsub,
} from "../local-cloud/pubsub/start-pubsub.ts";

/** A server of its own for one test, with Google's clients connected to it. */
export type TestBed = {
  server: Pubsub;
  /** The client applications use, pointed here by PUBSUB_EMULATOR_HOST alone. */
  client: PubSub;
  /** The generated client, for calls the other one hides (unary pull, raw streams). */
  subscriber: v1.SubscriberClient;
  publisher: v1.PublisherClient;
  /** Moves the server's clock forward; it also runs on its own. */
  advanceClock(ms: number): void;
  close(): Promise<void>;
};

export const project = "local-test";

export async function openTestBed(options: Omit<PubsubOptions, "now"> = {}): Promise<TestBed> {
  let offset = 0;
  const server = await startPubsub({ ...options, now: () => Date.now() + offset });
  process.env.PUBSUB_EMULATOR_HOST = server.address;
  const client = new PubSub({ projectId: project });
  const direct = {
    projectId: project,
    servicePath: "127.0.0.1",
    port: Number(server.address.split(":")[1]),
    sslCreds: credentials.createInsecure(),
  };
  const subscriber = new v1.SubscriberClient(direct);
  const publisher = new v1.PublisherClient(direct);
  return {
    server,
    client,
    subscriber,
    publisher,
    advanceClock(ms) {
      offset += ms;
    },
    async close() {
      await Promise.all([client.close(), subscriber.close(), publisher.close()]);
      await server.stop();
    },
  };
}
