/** The Castagnoli polynomial, bits reversed (RFC 3720, appendix B.4). */
const polynomial = 0x82f63b78;

/** Eight tables of 256: eight bytes a step, several times the speed of one table and one byte. */
const tables = makeTables();

/**
 * Adds bytes to a running CRC-32C.
 *
 * @param previous what an earlier call returned; 0 to begin
 * @returns the checksum so far, an unsigned 32-bit integer
 */
export function computeCrc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  let at = 0;
  const lastStep = bytes.length - 8;
  for (; at <= lastStep; at += 8) {
    crc ^= byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16);
    crc ^= byte(bytes, at + 3) << 24;
    crc =
      entry(0x700 | (crc & 0xff)) ^
      entry(0x600 | ((crc >>> 8) & 0xff)) ^
      entry(0x500 | ((crc >>> 16) & 0xff)) ^
      entry(0x400 | (crc >>> 24)) ^
      entry(0x300 | byte(bytes, at + 4)) ^
      entry(0x200 | byte(bytes, at + 5)) ^
      entry(0x100 | byte(bytes, at + 6)) ^
      entry(byte(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) {
    crc = entry((crc ^ byte(bytes, at)) & 0xff) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function entry(at: number): number {
  return tables[at] ?? 0;
}

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let index = 0; index < 256; index += 1) {
    let crc = index;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    }
    made[index] = crc;
  }
  for (let index = 256; index < made.length; index += 1) {
    const shorter = made[index - 256] ?? 0;
    made[index] = (made[shorter & 0xff] ?? 0) ^ (shorter >>> 8);
  }
  return made;
}
