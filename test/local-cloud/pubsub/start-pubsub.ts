import { Server, ServerCredentials } from "@grpc/grpc-js";
import { createRandom } from "../../support/create-random.ts";
import { createFaultSource, type DeliveryFaults } from "./delivery-faults.ts";
import { servePublisher } from "./publisher-service.ts";
import type { PushLimits } from "./push-window.ts";
import { serveSubscriber } from "./subscriber-service.ts";
import type { SubscriptionStats } from "./subscription-queue.ts";
import { createTopicStore } from "./topic-store.ts";
import { widenReceiveWindows } from "./widen-receive-windows.ts";

export interface PubsubOptions {
  /** 0 (the default) = any free port. */
  readonly port?: number;
  readonly faults?: DeliveryFaults;
  /** Milliseconds since the epoch; the system clock by default. */
  readonly now?: () => number;
  /** What may be on its way to one push endpoint; 64 messages and 32 MB by default. */
  readonly push?: Partial<PushLimits>;
}

/** A running server: memory only, gone with `stop`. */
export interface Pubsub {
  /** `127.0.0.1:PORT`, what PUBSUB_EMULATOR_HOST takes. */
  readonly address: string;
  /** Messages not delivered or not acknowledged, over all subscriptions. */
  backlog(): number;
  /** By full subscription name. */
  stats(): Record<string, SubscriptionStats>;
  /** Replaces the faults from now on; `undefined` ends them. */
  setFaults(faults: DeliveryFaults | undefined): void;
  stop(): Promise<void>;
}

const DEFAULT_PUSH: PushLimits = { maxMessages: 64, maxBytes: 32_000_000 };

// Above every limit of the service, so that too much is refused in the service's words, not the transport's.
const MAX_REQUEST_BYTES = 64 * 2 ** 20;

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
    pushLimits: { ...DEFAULT_PUSH, ...options.push },
  });
  const server = new Server({
    "grpc.max_receive_message_length": MAX_REQUEST_BYTES,
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
