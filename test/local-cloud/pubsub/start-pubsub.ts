import { Server, ServerCredentials } from "@grpc/grpc-js";
import { createRandom } from "../../support/create-random.ts";
import type { PushLimits } from "./create-push-window.ts";
import type { SubscriptionStats } from "./create-subscription-queue.ts";
import { createTopicStore } from "./create-topic-store.ts";
import { createFaultSource, type DeliveryFaults } from "./draw-faults.ts";
import { servePublisher } from "./serve-publisher.ts";
import { serveSubscriber } from "./serve-subscriber.ts";
import { widenReceiveWindows } from "./widen-receive-windows.ts";

export type PubsubOptions = {
  /** 0 (the default) = any free port. */
  port?: number;
  faults?: DeliveryFaults;
  /** Milliseconds since the epoch; the system clock by default. */
  now?: () => number;
  /** What may be on its way to one push endpoint; 64 messages and 32 MB by default. */
  push?: Partial<PushLimits>;
  /** Where a push endpoint is reached, asked before its first message; the endpoint by default. */
  resolveEndpoint?: (endpoint: URL) => Promise<URL>;
};

/** A running server: memory only, gone with `stop`. */
export type Pubsub = {
  /** `127.0.0.1:PORT`, what PUBSUB_EMULATOR_HOST takes. */
  address: string;
  /** Messages not delivered or not acknowledged, over all subscriptions. */
  backlog(): number;
  /** By full subscription name. */
  stats(): Record<string, SubscriptionStats>;
  /** Replaces the faults from now on; `undefined` ends them. */
  setFaults(faults: DeliveryFaults | undefined): void;
  stop(): Promise<void>;
};

const defaultPush: PushLimits = { maxMessages: 64, maxBytes: 32_000_000 };

// Above every limit of the service, so that too much is refused in the service's words, not the transport's.
const maxRequestBytes = 64 * 2 ** 20;

/**
 * Starts a Pub/Sub server on 127.0.0.1 that speaks the real gRPC protocol.
 * @throws Error when the port is taken; RangeError for a fault rate outside 0..1.
 */
export async function startPubsub(options: PubsubOptions = {}): Promise<Pubsub> {
  const faults = createFaultSource(options.faults);
  const store = createTopicStore({
    now: options.now ?? Date.now,
    random: createRandom(options.faults?.seed ?? 1).fraction,
    faults,
    pushLimits: { ...defaultPush, ...options.push },
    resolveEndpoint: options.resolveEndpoint,
  });
  const server = new Server({
    "grpc.max_receive_message_length": maxRequestBytes,
    "grpc.max_send_message_length": -1,
  });
  servePublisher(server, store);
  serveSubscriber(server, store);
  const port = await listen(server, options.port ?? 0);
  const stopWidening = widenReceiveWindows(port);

  return {
    address: `127.0.0.1:${port}`,
    backlog: () => store.backlog(),
    stats: () => store.stats(),
    setFaults: (next) => faults.set(next),
    stop() {
      stopWidening();
      store.close();
      return shutDown(server);
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

/** Breaks every connection off and resolves when the port is free again. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.tryShutdown((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    server.forceShutdown();
  });
}
