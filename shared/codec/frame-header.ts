/** RFC 8878, 3.1.1. */
const zstdMagic = 0xfd2fb528;
/** By the flag of the descriptor. */
const dictionaryBytes = [0, 1, 2, 4];

/** Magic number, descriptor, window, dictionary and content size at their longest. */
export const longestHeader = 18;

/** What the header of a frame of zstd says; whether it is true is seen when it is decompressed. */
export type FrameHeader = { headerBytes: number; contentBytes: number; hasChecksum: boolean };

/**
 * The header of the frame that bytes begin with; undefined when they begin with none, when it is cut
 * short, or when it does not say how many bytes the frame holds.
 */
export function readFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 5 || bytes.readUInt32LE() !== zstdMagic) return undefined;
  const descriptor = bytes.readUInt8(4);
  const flag = descriptor >> 6;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (flag === 0 && !isSingleSegment) return undefined;
  const at = (isSingleSegment ? 5 : 6) + (dictionaryBytes[descriptor & 3] ?? 0);
  const headerBytes = at + (1 << flag);
  if (bytes.length < headerBytes) return undefined;
  const hasChecksum = (descriptor & 4) !== 0;
  return { headerBytes, contentBytes: readContentSize(bytes, at, flag), hasChecksum };
}

function readContentSize(bytes: Buffer, at: number, flag: number): number {
  switch (flag) {
    case 0:
      return bytes.readUInt8(at);
    case 1:
      return bytes.readUInt16LE(at) + 256;
    case 2:
      return bytes.readUInt32LE(at);
    default:
      // Larger than any message, and no whole number any more.
      return Number(bytes.readBigUInt64LE(at));
  }
}
