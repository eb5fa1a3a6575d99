import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../events/failed-event.v1.ts";
import { type Failure, failRecord } from "./fail-record.ts";

/** Why a record of a message fails, and what of the message it is. */
export type RecordFailure = Omit<Failure, "stage" | "functionVersion">;

/** Of one message. Each is a row of its own, of which someone would have to look at each. */
const mostFailures = 1_000;
/** Of the attributes of a message, copied into the failed event of each of its records. */
const mostCopiedBytes = 1_000_000;

/**
 * Collects what fails of one message. When that is so much that it would take many times the memory
 * of the message, the message is kept once and whole instead: sent again, those of its records that
 * did not fail are counted once, as any that come twice.
 */
export function collectFailures(
  delivery: PubsubDelivery,
  { stage, functionVersion }: Pick<Failure, "stage" | "functionVersion">,
) {
  const most = Math.max(1, Math.min(mostFailures, mostCopiedBytes / bytesOfAttributes(delivery)));
  const collected: RecordFailure[] = [];
  let count = 0;
  let items = 0;

  const failWhole = (): FailedEvent[] => {
    const message = `${count} of its records fail: here is why the first ones do`;
    return failRecord(delivery, {
      stage,
      functionVersion,
      reason: "too-many-failures",
      issues: [{ path: "", message }, ...collected.flatMap(({ issues }) => issues)],
      items,
      position: "message",
      original: Buffer.from(delivery.payload, "base64"),
      isEncoded: true,
    });
  };

  return {
    add: (failure: RecordFailure): void => {
      count += 1;
      items += failure.items;
      if (count <= most) collected.push(failure);
    },
    /** Failed events of all that was added; of one record or message, several when it is large. */
    toEvents: (): FailedEvent[] => {
      if (count > most) return failWhole();
      return collected.flatMap((failure) =>
        failRecord(delivery, { stage, functionVersion, ...failure }),
      );
    },
  };
}

function bytesOfAttributes({ attributes }: PubsubDelivery): number {
  let bytes = 1;
  for (const [name, value] of Object.entries(attributes)) bytes += name.length + value.length;
  return bytes;
}
