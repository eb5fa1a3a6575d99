import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as z from "zod";

const garbageCollector = z.custom<() => void>((value) => typeof value === "function");
let collect: (() => void) | undefined;

/** Frees what this process holds no more, so that what it holds can be measured. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = garbageCollector.parse(runInNewContext("gc"));
  }
  collect();
}
