import { createRandom } from "../../support/create-random.ts";

/** A test switch that makes at-least-once delivery visible. Rates are shares from 0 to 1. */
export type DeliveryFaults = {
  /** Share of deliveries that are followed by one extra delivery of the same message. */
  duplicateRate: number;
  /** Hand messages out in a seeded random order instead of the order of arrival. */
  shuffle: boolean;
  seed: number;
  /** Share of acknowledgements that are lost: the message is delivered again, and the attempt counts. */
  acknowledgementLossRate?: number;
};

/** The decisions drawn from the current faults; without faults everything goes right and in order. */
export type FaultSource = {
  /** @throws RangeError when a rate is outside 0..1. */
  set(faults: DeliveryFaults | undefined): void;
  duplicatesDelivery(): boolean;
  losesAcknowledgement(): boolean;
  /** Which of `count` waiting messages is handed out next; 0 is the oldest. */
  pick(count: number): number;
  /** How long after its original a duplicate follows, ms. */
  duplicateDelayMs(): number;
};

// Long enough for the original to be acknowledged first in some cases, short enough for tests.
const longestDuplicateDelayMs = 250;

export function createFaultSource(initial: DeliveryFaults | undefined): FaultSource {
  let faults: DeliveryFaults | undefined;
  let random = createRandom(0).fraction;
  const happens = (rate: number | undefined): boolean =>
    rate !== undefined && rate > 0 && random() < rate;

  const source: FaultSource = {
    set(next) {
      requireRate("duplicateRate", next?.duplicateRate);
      requireRate("acknowledgementLossRate", next?.acknowledgementLossRate);
      faults = next;
      random = createRandom(next?.seed ?? 0).fraction;
    },
    duplicatesDelivery: () => happens(faults?.duplicateRate),
    losesAcknowledgement: () => happens(faults?.acknowledgementLossRate),
    pick: (count) => (faults?.shuffle === true ? Math.floor(random() * count) : 0),
    duplicateDelayMs: () => random() * longestDuplicateDelayMs,
  };
  source.set(initial);
  return source;
}

function requireRate(name: string, rate: number | undefined): void {
  if (rate !== undefined && !(rate >= 0 && rate <= 1)) {
    throw new RangeError(`${name} must be a share from 0 to 1, not ${rate}.`);
  }
}
