import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { portOf } from "../local-cloud/tcp-port.ts";

/** `there`: what the client sends; `back`: what the server answers. */
export type Way = "there" | "back";

/** What befalls the next bytes that pass. */
export type Fault =
  | { kind: "reset"; way: Way /** Of these bytes, the share that still arrives. */; passed: number }
  | { kind: "stall"; way: Way; ms: number };

export type FaultyProxy = {
  port: number;
  /** Lets a fault strike the next bytes that pass, if some do soon; it takes the place of another. */
  arm: (fault: Fault) => void;
  disarm: () => void;
  stop: () => Promise<void>;
};

const loopback = "127.0.0.1";
/** On an idle way faults would pile up, and then break every new connection for good. */
const usualArmedMs = 400;

/**
 * Passes TCP connections on to a port of this machine. `onStrike` hears of each fault that struck; one
 * that meets no bytes for `armedMs` is forgotten.
 */
export async function startProxy(
  targetPort: number,
  onStrike: (fault: Fault) => void,
  armedMs = usualArmedMs,
): Promise<FaultyProxy> {
  let armed: { fault: Fault; until: number } | undefined;
  const sockets = new Set<Socket>();

  const strike = (way: Way): Fault | undefined => {
    if (armed === undefined || armed.fault.way !== way) return undefined;
    const { fault, until } = armed;
    armed = undefined;
    if (performance.now() > until) return undefined;
    onStrike(fault);
    return fault;
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: loopback, port: targetPort, noDelay: true });
    tie(near, far);
    relay(near, far, () => strike("there"));
    relay(far, near, () => strike("back"));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
  });
  server.listen(0, loopback);
  await once(server, "listening");
  return {
    port: portOf(server.address()),
    arm: (fault) => {
      armed = { fault, until: performance.now() + armedMs };
    },
    disarm: () => {
      armed = undefined;
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What breaks one side breaks the other: neither waits for a peer that is gone. */
function tie(near: Socket, far: Socket): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    // The close that follows tells it.
    one.on("error", () => undefined);
    one.once("close", (hadError) => (hadError ? other.resetAndDestroy() : other.destroySoon()));
  }
}

function relay(from: Socket, to: Socket, strike: () => Fault | undefined): void {
  const pass = (bytes: Buffer) => {
    if (to.write(bytes)) return;
    from.pause();
    to.once("drain", () => from.resume());
  };
  from.on("data", (bytes: Buffer) => {
    const fault = strike();
    if (fault === undefined) pass(bytes);
    else if (fault.kind === "stall") {
      from.pause();
      setTimeout(() => {
        from.resume();
        pass(bytes);
      }, fault.ms).unref();
    } else {
      from.pause();
      // Handed to the kernel first, so that the other side has what passed before it hears the end.
      to.write(bytes.subarray(0, Math.ceil(bytes.length * fault.passed)), () => {
        from.resetAndDestroy();
        to.resetAndDestroy();
      });
    }
  });
}
