/** Identifies one generation of an object: contents never change under it. */
export type ObjectGeneration = { bucket: string; name: string; generation: string };

/** One generation of an object that exists. */
export type StoredObject = ObjectGeneration & {
  /** In bytes, as stored. */
  size: number;
  /** When the generation was finalized, RFC 3339 UTC. */
  createdAt: string;
};
