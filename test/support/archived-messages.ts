import type { ReceivedMessage } from "../local-cloud/encode-archive.ts";

/** A message of the archive, for a test that cares about some of it only. */
export const archivedMessage = (
  id: number,
  some: Partial<ReceivedMessage> = {},
): ReceivedMessage => ({
  id: String(1_000_000_000_000_000 + id),
  publishTimeMicros: Date.parse("2026-01-02T03:04:05.678Z") * 1_000 + id,
  attributes: {},
  orderingKey: "",
  data: Buffer.from("{}"),
  ...some,
});

/** Content as a download gives it, in pieces of so many bytes. */
export async function* inPieces(content: Buffer, bytes = 65_536): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += bytes) {
    yield content.subarray(start, start + bytes);
  }
}
