import { collectGarbage } from "../../shared/environment/collect-garbage.ts";

/** Bytes of the heap that are still reachable. */
export function usedHeapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
