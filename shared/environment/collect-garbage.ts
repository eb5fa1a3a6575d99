import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: unknown;

/**
 * Has V8 collect all garbage now, which takes some ten ms. By itself it does so when its heap has grown
 * to a multiple of what is alive, and knows nothing of the memory that the container has.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc");
  }
  if (typeof collect === "function") collect();
}
