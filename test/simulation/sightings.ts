/**
 * What a storm does, seen where it takes effect and not where it is drawn: a fault that is drawn and
 * has no effect is not seen.
 */
export const sightings = [
  "a message overtook another",
  "a message came again after its acknowledgement",
  "a message came again after its acknowledgement was lost",
  "a message came again after a failure",
  "a message came again after its instance died",
  "two live instances had one message in hand",
  "a message became a dead letter",
  "a dead letter was given up",
  "a topic was held back",
  "a call failed before its effect",
  "a call failed after its effect",
  "a call took seconds",
  "an instance died before the effect of a call",
  "an instance died after the effect of a call",
  "an instance died before its acknowledgement",
  "a call arrived after its instance had died",
  "the next release published",
  "rows were refused",
  "rows came while the warehouse was gone",
  "two closings ran at once",
  "an hour was closed once more",
  "rows landed that a closing had missed",
  "a closing failed",
  "a closing died",
  "a file was loaded",
  "a file was refused",
  "a reading of a file broke off",
  "a webhook was taken",
  "a webhook of an old secret was taken",
  "a webhook was posted again",
  "a forged webhook was refused",
  "a failed event was sent again",
  "a failed event was sent again in parts",
  "the archive had a message twice",
  "a message was sent again from the archive",
  "a call of an export failed before its effect",
  "a call of an export failed after its effect",
  "an instance died in an export",
] as const;

export type Sighting = (typeof sightings)[number];

/** Takes note of what is seen. */
export type See = (sighting: Sighting) => void;

/** How often each was seen; what never was is not there. */
export type Sightings = ReadonlyMap<Sighting, number>;

export function createLookout(): { see: See; sightings: Sightings } {
  const counts = new Map<Sighting, number>();
  return {
    see: (sighting) => {
      counts.set(sighting, (counts.get(sighting) ?? 0) + 1);
    },
    sightings: counts,
  };
}
