import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ScaledFunction } from "../local-cloud/scale-from-zero.ts";
import type { Random } from "../support/create-random.ts";

/** How long a killed function may take to serve again. */
const patienceMs = 30_000;

export type Killer = {
  /** Kills one function, as soon as it serves. */
  killOne: () => Promise<void>;
  /** By name of function. */
  kills: () => Record<string, number>;
};

/**
 * Kills functions without a warning (SIGKILL), in an order drawn from the seed in which none comes
 * again before all had their turn. What runs them has to start them again.
 */
export function createKiller(functions: readonly ScaledFunction[], random: Random): Killer {
  const kills: Record<string, number> = {};
  for (const { name } of functions) kills[name] = 0;
  const waiting: ScaledFunction[] = [];
  return {
    killOne: async () => {
      if (waiting.length === 0) waiting.push(...functions);
      const [victim] = waiting.splice(random.below(waiting.length), 1);
      if (victim === undefined) return;
      const pid = await servingPid(victim);
      process.kill(pid, "SIGKILL");
      kills[victim.name] = (kills[victim.name] ?? 0) + 1;
    },
    kills: () => kills,
  };
}

/** A process that is only starting has nothing to lose yet. */
async function servingPid({ name, wake, pid }: ScaledFunction): Promise<number> {
  const deadline = Date.now() + patienceMs;
  const port = Number(new URL(await wake()).port);
  while (Date.now() < deadline) {
    const isServing = await listens(port);
    const serving = pid();
    if (isServing && serving !== undefined) return serving;
    await delay(20);
  }
  throw new Error(`${name} does not serve again`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
