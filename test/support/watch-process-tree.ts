import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { processCpuMs } from "./process-usage.ts";

const lookEveryMs = 50;

/**
 * Watches a process and all that it starts. The call that ends it returns the CPU that each used
 * until it was last seen, in ms, by the folder that it runs in: for a function of the local cloud,
 * its name. Linux only.
 */
export function watchProcessTree(pid: number): () => Map<string, number> {
  const seen = new Map<number, { folder: string; cpuMs: number }>();
  const look = () => {
    for (const one of withDescendants(pid)) {
      try {
        const folder = basename(readlinkSync(`/proc/${one}/cwd`));
        seen.set(one, { folder, cpuMs: processCpuMs(one) });
      } catch {
        // It has ended meanwhile: what was seen last counts.
      }
    }
  };
  const timer = setInterval(look, lookEveryMs);
  return () => {
    clearInterval(timer);
    const byFolder = new Map<string, number>();
    for (const { folder, cpuMs } of seen.values()) {
      byFolder.set(folder, (byFolder.get(folder) ?? 0) + cpuMs);
    }
    return byFolder;
  };
}

function withDescendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return [pid, ...children.split(" ").filter(Boolean).map(Number).flatMap(withDescendants)];
  } catch {
    return [];
  }
}
