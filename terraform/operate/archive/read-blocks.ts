import { ArchiveError } from "./archive-error.ts";
import { codecs, type DecompressBlock } from "./decompress-block.ts";
import type { ByteReader } from "./read-bytes.ts";

/** Records of an Avro file, still encoded; `offset` is where in the file they begin. */
export type AvroBlock = { count: number; bytes: Buffer; offset: number };

const magic = Buffer.from("Obj\u0001");
const syncBytes = 16;
/** Schemas and codecs are far smaller. */
const maxHeaderValueBytes = 1_000_000;
/** Objects of the archive have 128 MiB, and end with the message that reaches it. */
const maxBlockBytes = 150_000_000;

/**
 * An Avro object container file: the schema of its records as JSON text, and their blocks, one
 * after the other.
 * https://avro.apache.org/docs/1.12.0/specification/#object-container-files
 * @throws {ArchiveError} also while the blocks are read; those before were whole.
 */
export async function openAvro(
  reader: ByteReader,
): Promise<{ schema: string; blocks: AsyncGenerator<AvroBlock> }> {
  const isAvro = !(await reader.isAtEnd()) && (await reader.take(magic.length)).equals(magic);
  if (!isAvro) throw new ArchiveError("is no Avro file");
  const header = await readHeader(reader);
  const codec = header.get("avro.codec")?.toString() ?? "null";
  const decompress = codecs.get(codec);
  if (decompress === undefined) {
    const known = [...codecs.keys()].join(", ");
    throw new ArchiveError(`is compressed with ${codec}: only ${known} can be read`);
  }
  const sync = Buffer.from(await reader.take(syncBytes));
  const schema = header.get("avro.schema")?.toString() ?? "";
  return { schema, blocks: readBlocks(reader, decompress, sync) };
}

/** A map of Avro: entries in groups, the last of which is empty. */
async function readHeader(reader: ByteReader): Promise<Map<string, Buffer>> {
  const header = new Map<string, Buffer>();
  for (;;) {
    const count = await reader.takeLong();
    if (count === 0) return header;
    // A group of which the number of bytes is told, too.
    if (count < 0) await reader.takeLong();
    for (let entry = 0; entry < Math.abs(count); entry++) {
      const key = (await takeBytes(reader, maxHeaderValueBytes)).toString();
      header.set(key, Buffer.from(await takeBytes(reader, maxHeaderValueBytes)));
    }
  }
}

async function* readBlocks(
  reader: ByteReader,
  decompress: DecompressBlock,
  sync: Buffer,
): AsyncGenerator<AvroBlock> {
  while (!(await reader.isAtEnd())) {
    const offset = reader.offset();
    const count = await reader.takeLong();
    if (count < 0) throw new ArchiveError(`has a block of ${count} messages at byte ${offset}`);
    const compressed = await takeBytes(reader, maxBlockBytes);
    const at = reader.offset();
    if (!(await reader.take(syncBytes)).equals(sync)) {
      throw new ArchiveError(`has another sync marker at byte ${at} than at its beginning`);
    }
    yield { count, bytes: decompressAt(offset, compressed, decompress), offset };
  }
}

async function takeBytes(reader: ByteReader, most: number): Promise<Buffer> {
  const offset = reader.offset();
  const length = await reader.takeLong();
  if (length < 0 || length > most) {
    throw new ArchiveError(
      `says at byte ${offset} that ${length} bytes follow: no more than ${most} may`,
    );
  }
  return reader.take(length);
}

function decompressAt(offset: number, block: Buffer, decompress: DecompressBlock): Buffer {
  try {
    return decompress(block, maxBlockBytes);
  } catch (cause) {
    throw new ArchiveError(`has a block at byte ${offset} that cannot be decompressed`, { cause });
  }
}
