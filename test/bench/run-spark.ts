import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { watchProcessTree } from "../support/watch-process-tree.ts";

/** Counts the links of a file of tweets; resolves with the CPU that it took, in ms. */
export type Spark = (path: string) => Promise<number>;

/** As an analyst has it. */
const python = process.env.PYTHON ?? "python3";

/** Spark Structured Streaming of this machine: `pip install pyspark`, and Java; undefined where there is none. */
export async function findSpark(): Promise<Spark | undefined> {
  const found = spawn(python, ["-c", "import pyspark"], { stdio: "ignore" });
  const [code] = await once(found, "exit").catch(() => [1]);
  return code === 0 ? countLinks : undefined;
}

async function countLinks(path: string): Promise<number> {
  const script = join(import.meta.dirname, "count-links.py");
  const child = spawn(python, [script, path], { stdio: ["ignore", "pipe", "pipe"] });
  const used = watchProcessTree(child.pid ?? 0);
  const [counted, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  const cpuMs = [...used().values()].reduce((sum, ms) => sum + ms, 0);
  if (code !== 0 || !(Number(counted) > 0)) throw new Error(`Spark ended with ${code}: ${said}`);
  return cpuMs;
}
