import { SingleBar } from "cli-progress";
import { terminal } from "./guard-output.ts";

/** A bar on standard error, so that the output stays clean; undefined where that is no terminal. */
export function showBar(format: string, total: number, values?: object): SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const bar = new SingleBar({
    format,
    stream: terminal,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0, values);
  return bar;
}
