import { packLines } from "./pack-lines.ts";

/**
 * Packs the lines of several requests into common messages and sends them all. The result has, for
 * each request, undefined when every message with its lines was acknowledged, else an error: no
 * request is answered for lines that are not its own.
 */
export async function sendPacked(
  requests: readonly (readonly string[])[],
  send: (message: Buffer) => Promise<unknown>,
): Promise<(undefined | Error)[]> {
  const messages = packLines(requests.flat());
  const results = await Promise.allSettled(messages.map((message) => send(message.data)));
  const failures = messages.flatMap(({ from, to }, index) => {
    const result = results[index];
    return result?.status === "rejected" ? [{ from, to, cause: result.reason }] : [];
  });
  let end = 0;
  return requests.map((lines) => {
    const start = end;
    end += lines.length;
    const failure = failures.find(({ from, to }) => from < end && to > start);
    return failure && new Error("publishing failed", { cause: failure.cause });
  });
}
