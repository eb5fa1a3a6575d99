import { setTimeout as sleep } from "node:timers/promises";

const stepMs = 5;

/** Waits until `condition` holds. @throws Error naming `what` after `limitMs`. */
export async function waitUntil(
  what: string,
  condition: () => boolean,
  limitMs = 5000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain: ${what}`);
    await sleep(stepMs);
  }
}
