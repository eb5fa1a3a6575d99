import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { RunningFunction } from "./run-function.ts";
import { portOf } from "./tcp-port.ts";

/** A function that runs from its first request on. */
export type ScaledFunction = RunningFunction & {
  /** Starts it unless it runs; resolves with where it listens itself, past `url`. */
  wake: () => Promise<string>;
};

/** As long as a request waits for a function that is being started again. */
const patienceMs = 30_000;
const retryMs = 20;

/**
 * Listens for a function, and starts it when the first request comes, as the cloud does: a local
 * cloud of many functions costs what the few that are used cost. Connections are passed on as they
 * are; who sends much asks `wake` and sends straight to the function.
 * @param onFailure told when it does not start; the request that waited for it is broken off
 */
export async function scaleFromZero(
  name: string,
  run: () => Promise<RunningFunction>,
  onFailure: (error: Error) => void,
): Promise<ScaledFunction> {
  let starting: Promise<RunningFunction> | undefined;
  let running: RunningFunction | undefined;
  let isStopping = false;

  const start = async (): Promise<RunningFunction> => {
    try {
      running = await run();
      return running;
    } catch (error) {
      starting = undefined;
      if (!isStopping) onFailure(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  const wake = async (): Promise<string> => {
    if (isStopping) throw new Error(`function ${name} is being stopped`);
    starting ??= start();
    return (await starting).url;
  };

  const sockets = new Set<Socket>();
  const front = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    passOn(socket, wake).catch(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(front, "listening");

  return {
    name,
    url: `http://127.0.0.1:${portOf(front.address())}`,
    wake,
    pid: () => running?.pid(),
    restarts: () => running?.restarts() ?? 0,
    stop: async () => {
      isStopping = true;
      front.close();
      const last = await starting?.catch(() => undefined);
      await last?.stop();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function passOn(socket: Socket, wake: () => Promise<string>): Promise<void> {
  const upstream = await connectTo(Number(new URL(await wake()).port), socket);
  for (const [one, other] of [
    [socket, upstream],
    [upstream, socket],
  ] as const) {
    one.on("error", () => other.destroy());
    one.once("close", () => other.destroy());
    one.pipe(other);
  }
}

/** Waits while the function is being started again, as long as the client does. */
async function connectTo(port: number, client: Socket): Promise<Socket> {
  const deadline = Date.now() + patienceMs;
  while (true) {
    const upstream = connect(port, "127.0.0.1");
    try {
      await once(upstream, "connect");
      return upstream;
    } catch (error) {
      if (client.destroyed || Date.now() > deadline) throw error;
      await delay(retryMs);
    }
  }
}
