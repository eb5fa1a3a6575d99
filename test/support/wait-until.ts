import { setTimeout as sleep } from "node:timers/promises";

const stepMs = 5;

/** How long a test waits for what is to come, however busy the machine is; `expect.poll`, too. */
export const patienceMs = 60_000;

/** Waits until `condition` holds. @throws Error naming `what` after `limitMs`. */
export async function waitUntil(
  what: string,
  condition: () => boolean,
  limitMs = patienceMs,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain: ${what}`);
    await sleep(stepMs);
  }
}
