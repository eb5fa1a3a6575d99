import { readFileSync } from "node:fs";

/** Kernel clock ticks per second, in which /proc counts CPU: 100 on every Linux in use. */
const ticksPerSecond = 100;

/** CPU that another process has used so far, all threads, in ms. Linux only. */
export function processCpuMs(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, second, may hold spaces: count from behind its closing parenthesis.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

/** Most memory that another process ever had resident, in bytes. Linux only. */
export function peakResidentBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}
