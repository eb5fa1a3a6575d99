import { once } from "node:events";
import { createInterface } from "node:readline/promises";

type Terminal = {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
};

/**
 * Whether a person at the terminal says yes to `question`; Ctrl-C and Ctrl-D say no. Without a terminal
 * there is nobody to ask: whoever wrote the script has decided.
 */
export async function askFirst(
  question: string,
  signal: AbortSignal,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (input.isTTY !== true || output.isTTY !== true) return true;
  // Not as a terminal: readline would take Ctrl-C for itself.
  const lines = createInterface({ input, output, terminal: false });
  const isOver = once(lines, "close").then(() => "");
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), isOver]);
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
