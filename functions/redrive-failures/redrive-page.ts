import { encodePayload } from "../../shared/codec/encode-payload.ts";
import { joinLines, packLines } from "../../shared/codec/pack-lines.ts";
import type { Redrive } from "../../shared/events/redrive.v1.ts";
import type { Failure } from "./find-failures.ts";
import type { PublishMessage } from "./publish-message.ts";

export type RedrivenPage = { redriven: number; refused: number; bytes: number };

/** Published at once; the rest of a page waits. */
const bytesAtOnce = 16_000_000;

/**
 * Sends failures back to their topics and then marks those that were taken as redriven. Killed
 * between the two, they are sent again next time: events carry their identities, so that is harmless.
 * @throws {Error} when a failure was neither taken nor refused, after the others are marked.
 */
export async function redrivePage(
  failures: readonly Failure[],
  publish: PublishMessage,
  mark: Omit<Redrive, "failed_event_id"> & { topic: string },
): Promise<RedrivenPage> {
  const page: RedrivenPage = { redriven: 0, refused: 0, bytes: 0 };
  const errors: unknown[] = [];
  const marks: string[] = [];
  const send = async (failure: Failure): Promise<void> => {
    try {
      const { sourceTopic, original, attributes } = failure;
      const answer = await publish(sourceTopic, original, originalAttributes(attributes));
      if (answer === "refused") {
        page.refused += 1;
        return;
      }
      page.redriven += 1;
      page.bytes += original.byteLength;
      const { redriven_at, requested_by } = mark;
      marks.push(JSON.stringify({ failed_event_id: failure.id, redriven_at, requested_by }));
    } catch (error) {
      errors.push(error);
    }
  };
  for (const some of bySize(failures)) await Promise.all(some.map(send));
  const messages = packLines(joinLines(marks));
  const answers = await Promise.all(
    messages.map((message) => {
      const { data, attributes } = encodePayload(message.data);
      return publish(mark.topic, data, { schema: "redrive.v1", ...attributes });
    }),
  );
  if (answers.includes("refused")) throw new Error(`${mark.topic} takes no marks`);
  if (errors.length > 0) {
    const message = `${errors.length} of ${failures.length} failed events could not be published`;
    throw new Error(message, { cause: errors[0] });
  }
  return page;
}

/** What Pub/Sub adds itself is not the sender's: it would refuse some of it. */
function originalAttributes(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !/^(?:CloudPubSubDeadLetter|goog)/.test(name)),
  );
}

function* bySize(failures: readonly Failure[]): Generator<Failure[]> {
  let some: Failure[] = [];
  let bytes = 0;
  for (const failure of failures) {
    some.push(failure);
    bytes += failure.original.byteLength;
    if (bytes < bytesAtOnce) continue;
    yield some;
    some = [];
    bytes = 0;
  }
  if (some.length > 0) yield some;
}
