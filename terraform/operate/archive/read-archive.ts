import * as z from "zod";
import { ArchiveError } from "./archive-error.ts";
import { type AvroBlock, openAvro } from "./read-blocks.ts";
import { createByteReader } from "./read-bytes.ts";
import { readFields, recordSchema } from "./read-fields.ts";

const archivedMessage = z.object({
  message_id: z.string(),
  /** Microseconds since 1970. */
  publish_time: z.number(),
  /** Pub/Sub puts an ordering key here, too. */
  attributes: z.record(z.string(), z.string()),
  data: z.instanceof(Buffer),
});

export type ArchivedMessage = z.infer<typeof archivedMessage>;

const written = "a Cloud Storage subscription with avro_config { write_metadata = true }";

/**
 * The messages of one archived object, as Cloud Storage subscriptions write them in Avro with their
 * metadata; those of a block together, so that memory does not grow with the object.
 * https://cloud.google.com/pubsub/docs/create-cloudstorage-subscription
 * @throws {ArchiveError} that tells what is wrong and where; all messages before are whole.
 */
export async function* readArchive(
  content: AsyncIterable<Buffer>,
): AsyncGenerator<readonly ArchivedMessage[]> {
  const reader = createByteReader(content);
  try {
    const { schema, blocks } = await openAvro(reader);
    const fields = fieldsOf(schema);
    for await (const block of blocks) yield readMessages(block, fields);
  } finally {
    await reader.close();
  }
}

type Fields = z.infer<typeof recordSchema>["fields"];

/** @throws {ArchiveError} for another schema than that of messages with metadata. */
function fieldsOf(schema: string): Fields {
  const record = recordSchema.safeParse(parseJson(schema));
  if (!record.success) {
    throw new ArchiveError(`does not hold the records that ${written} writes`);
  }
  const { name, fields } = record.data;
  const names = fields.map((field) => field.name);
  const missing = Object.keys(archivedMessage.shape).filter((needed) => !names.includes(needed));
  if (missing.length === 0) return fields;
  throw new ArchiveError(
    `holds records ${name} without ${missing.join(", ")}: only what ${written} writes can be replayed`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readMessages({ count, bytes, offset }: AvroBlock, fields: Fields): ArchivedMessage[] {
  const cursor = { bytes, at: 0 };
  const messages: ArchivedMessage[] = [];
  try {
    while (messages.length < count) {
      messages.push(archivedMessage.parse(readFields(cursor, fields)));
    }
  } catch (cause) {
    const what = `has a block at byte ${offset} with less than its ${count} messages`;
    throw new ArchiveError(what, { cause });
  }
  if (cursor.at === bytes.length) return messages;
  throw new ArchiveError(`has a block at byte ${offset} with more than its ${count} messages`);
}
