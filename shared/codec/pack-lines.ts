/** Most events in one packed message: DESIGN "Messages". */
export const packedEvents = 500;
/** Most bytes in one packed message, unless a single event is larger. */
export const packedBytes = 1_000_000;

/** Newline-delimited JSON with the lines `[from, to)` of the input inside. */
export type PackedMessage = { data: Buffer; from: number; to: number };

/**
 * Packs JSON lines into as few messages as the limits allow, in order. A line longer than
 * `packedBytes` travels alone.
 */
export function packLines(lines: readonly string[]): PackedMessage[] {
  const messages: PackedMessage[] = [];
  let from = 0;
  let bytes = 0;
  const close = (to: number) => {
    if (to === from) return;
    messages.push({ data: Buffer.from(lines.slice(from, to).join("\n")), from, to });
    from = to;
    bytes = 0;
  };
  for (const [index, line] of lines.entries()) {
    const size = Buffer.byteLength(line) + 1;
    if (bytes + size > packedBytes || index - from === packedEvents) close(index);
    bytes += size;
  }
  close(lines.length);
  return messages;
}
