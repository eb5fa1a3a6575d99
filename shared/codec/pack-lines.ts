/** Most events in one packed message: DESIGN "Messages". */
export const packedEvents = 500;
/** Most bytes in one packed message, unless a single event is larger. */
export const packedBytes = 1_000_000;

/** Newline-delimited JSON with the lines `[from, to)` of the input inside. */
export type PackedMessage = { data: Buffer; from: number; to: number };

/**
 * Packs JSON lines into as few messages as the limits allow, in order, each when it is asked for. A
 * line longer than `packedBytes` travels alone.
 */
export function* packLines(lines: readonly string[]): Generator<PackedMessage> {
  let from = 0;
  let bytes = 0;
  const pack = (to: number): PackedMessage => ({
    data: Buffer.from(lines.slice(from, to).join("\n")),
    from,
    to,
  });
  for (const [index, line] of lines.entries()) {
    const size = Buffer.byteLength(line) + 1;
    if (index > from && (bytes + size > packedBytes || index - from === packedEvents)) {
      yield pack(index);
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (lines.length > from) yield pack(lines.length);
}
