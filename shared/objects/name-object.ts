import { createHash } from "node:crypto";
import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import type { ObjectGeneration, StoredObject } from "./stored-object.ts";

/** `message_id` of failed events. */
const maxIdentity = 512;

/** `<bucket>/<object>#<generation>`; a name that is too long is replaced by its hash. */
export function identityOf({ bucket, name, generation }: ObjectGeneration): string {
  const identity = `${bucket}/${name}#${generation}`;
  return identity.length <= maxIdentity ? identity : `${bucket}/${hashOfName(name)}#${generation}`;
}

/** Stands for a name that is too long. */
export const hashOfName = (name: string): string =>
  `sha256-${createHash("sha256").update(name).digest("hex")}`;

/** What a notification says of an object, in its own attributes. */
export const attributesOf = ({ bucket, name, generation }: ObjectGeneration) => ({
  bucketId: bucket,
  objectId: name,
  objectGeneration: generation,
});

/** An object, or a part of it, as if it had been delivered on the topic that it is meant for. */
export const deliveryOf = (object: StoredObject, topic: string): PubsubDelivery => ({
  topic,
  messageId: identityOf(object),
  publishTime: object.createdAt,
  attributes: attributesOf(object),
  payload: "",
});
