import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as z from "zod";

const garbageCollector = z.custom<() => void>((value) => typeof value === "function");
let collectGarbage: (() => void) | undefined;

/** Bytes of the heap that are still reachable. */
export function usedHeapBytes(): number {
  if (collectGarbage === undefined) {
    setFlagsFromString("--expose-gc");
    collectGarbage = garbageCollector.parse(runInNewContext("gc"));
  }
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
