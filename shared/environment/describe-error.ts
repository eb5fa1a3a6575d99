/**
 * An error and its causes for a log line: names, codes and messages, no stack. Our own messages and
 * those of Google's services name resources and limits, never what an event holds.
 */
export function describeError(error: unknown): { error: string[] } {
  const described: string[] = [];
  for (let cause = error; cause instanceof Error && described.length < 5; cause = cause.cause) {
    described.push(`${cause.name}: ${cause.message.slice(0, 500)}`);
  }
  return { error: described.length === 0 ? ["not an Error"] : described };
}
