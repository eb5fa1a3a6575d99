import type { Random } from "../support/create-random.ts";
import { type SuspensionPoint, suspensionPoints } from "./suspension-points.ts";

/** Shares are of 1 (0.3 = 30 %). */
export type Storm = {
  /** Messages that are delivered again although nothing failed. */
  duplicates: number;
  /** Port calls that fail without an effect. */
  failures: number;
  /** Port calls that take effect and fail all the same: a publish, an append. */
  lateFailures: number;
  /** Handled messages whose acknowledgement is lost. */
  lostAcknowledgements: number;
  /** Appends in which the warehouse refuses some of the rows. */
  refusals: number;
  /** Port calls and acknowledgements at which the instance dies, before or after the effect. */
  crashes: number;
  /** Where half of the calls end in a crash, for a while. */
  crashPoint: SuspensionPoint | undefined;
  /** Messages arrive within so many ms of each other, in any order. */
  shuffleMs: number;
  /** ms from the start of the input at which the warehouse is gone for 72 h. */
  outageFromMs: number | undefined;
  /** Deliveries after which a message becomes a dead letter. */
  maxDeliveryAttempts: number;
  /** Instances of the next release, which says another key version for the same keys. */
  mixedVersions: boolean;
  /** Events that are late: up to 31 days. */
  lateEvents: number;
  /** Lines that are broken on purpose. */
  poison: number;
  /** Deliveries of events that were delivered before, by their producer. */
  repeats: number;
  /** Some of the input comes as files, and some of those are broken. */
  objects: boolean;
  /** Readings of objects that break off. */
  breakOffs: number;
  /** Most lines of an input message. */
  maxLinesPerMessage: number;
  /** How often hours are closed by the schedule, so far apart; 0 where they are never closed. */
  closings: number;
  closeEveryMs: number;
  /** Of these, what share two make at once. */
  twoClosers: number;
  /** Others that begin while increments are on their way, where it matters what a closing has seen. */
  closingsDuringAppends: number;
  /** Most ms between two bursts of the input. */
  paceMs: number;
  /** In the end all counts are taken back, and counted again from the archive. */
  replays: boolean;
  /** Some of the input is posted by its senders, and some of that is forged. */
  webhooks: boolean;
  /** What takes megabytes to exceed, some kilobytes do: an append, and a part of a failed event. */
  smallLimits: boolean;
};

export const smallLimits = { append: { bytes: 2_500, rows: 6 }, partBytes: 400 };

const minuteMs = 60_000;
export const outageMs = 72 * 60 * minuteMs;

/** Each is sent again several times, alone: of a long input, a small part shows what there is. */
const maxPoisoned = 100;

/** No fault at all: what is in the input arrives once, in order. */
export const calm: Storm = {
  duplicates: 0,
  failures: 0,
  lateFailures: 0,
  lostAcknowledgements: 0,
  refusals: 0,
  crashes: 0,
  crashPoint: undefined,
  shuffleMs: 0,
  outageFromMs: undefined,
  maxDeliveryAttempts: 100,
  mixedVersions: false,
  lateEvents: 0,
  poison: 0,
  repeats: 0,
  objects: false,
  breakOffs: 0,
  maxLinesPerMessage: 250,
  closings: 0,
  closeEveryMs: 10 * minuteMs,
  twoClosers: 0,
  closingsDuringAppends: 0,
  paceMs: 2 * minuteMs,
  replays: false,
  webhooks: false,
  smallLimits: false,
};

/** Hours are closed while the input still comes, by two at once half of the time. */
export const frequentClosings = {
  closings: 24,
  closeEveryMs: 10 * minuteMs,
  twoClosers: 0.5,
  closingsDuringAppends: 10,
  paceMs: 20 * minuteMs,
};

/** Closings, many of which fail or die, of events that come late. */
export const failingClosings: Storm = {
  ...calm,
  ...frequentClosings,
  lateEvents: 0.5,
  failures: 0.2,
  crashes: 0.1,
};

/** All rates at their highest, at the same time. */
export const worst: Storm = {
  duplicates: 0.5,
  failures: 0.3,
  lateFailures: 0.1,
  lostAcknowledgements: 0.3,
  refusals: 0.1,
  crashes: 0.1,
  crashPoint: undefined,
  shuffleMs: 30 * 60_000,
  outageFromMs: 60_000,
  maxDeliveryAttempts: 5,
  mixedVersions: true,
  lateEvents: 1,
  poison: 0.05,
  repeats: 0.5,
  objects: true,
  breakOffs: 0.5,
  maxLinesPerMessage: 60,
  closings: 24,
  closeEveryMs: 10 * 60_000,
  twoClosers: 0.5,
  closingsDuringAppends: 10,
  paceMs: 60_000,
  replays: true,
  webhooks: true,
  smallLimits: true,
};

/**
 * The rates of one seed, more often low than high. Each kind of fault is absent in most of the
 * seeds: faults hide one another, so a run with some finds what a run with all of them does not.
 */
export function drawStorm(seed: number, random: Random, events: number): Storm {
  // One after the other, so that every point has its turn.
  const crashPoint = suspensionPoints[seed % (2 * suspensionPoints.length)];
  // These wait for messages that nobody takes.
  const isAtDeadLetters = /^(?:record-dead-letters|redrive-failures)/.test(crashPoint ?? "");
  // And these for what cannot be read, of sources that are a small part of all.
  const isAtFailures = /^normalize-(?:bluesky|mastodon).publish failed-/.test(crashPoint ?? "");
  const leastPoison = isAtFailures ? Math.min(0.2, maxPoisoned / events) : 0;
  const upTo = (max: number): number => (random.chance(0.6) ? 0 : max * random.fraction() ** 3);
  const isOfClosings = crashPoint?.startsWith("close-hours") || random.chance(0.75);
  return {
    duplicates: upTo(0.5),
    failures: upTo(0.3),
    lateFailures: upTo(0.1),
    lostAcknowledgements: upTo(0.3),
    refusals: upTo(0.1),
    crashes: upTo(0.1),
    crashPoint,
    shuffleMs: random.pick([1, 5, 200, 10_000, 30 * minuteMs]),
    outageFromMs: random.chance(0.15) || isAtDeadLetters ? random.below(60 * minuteMs) : undefined,
    maxDeliveryAttempts: isAtDeadLetters ? 5 : random.pick([5, 20, 100]),
    mixedVersions: random.chance(0.3),
    lateEvents: upTo(0.5),
    poison: Math.max(
      leastPoison,
      random.chance(0.5) ? 0 : Math.min(0.05, maxPoisoned / events) * random.fraction(),
    ),
    repeats: upTo(0.2),
    breakOffs: random.chance(0.5) ? 0 : 0.5 * random.fraction(),
    objects: random.chance(0.4) || crashPoint?.startsWith("load-object") === true,
    maxLinesPerMessage: random.pick([20, 150, 250, 500]),
    closings: isOfClosings ? random.pick([6, 12, 24]) : 0,
    closeEveryMs: random.pick([10, 20, 60]) * minuteMs,
    twoClosers: 0.3,
    closingsDuringAppends: isOfClosings ? 6 : 0,
    // Longer than an hour, so that there are hours to close while more of them comes.
    paceMs: isOfClosings ? random.pick([2, 20, 20]) * minuteMs : 2 * minuteMs,
    replays: random.chance(0.3),
    webhooks: random.chance(0.3) || crashPoint?.startsWith("receive-webhook") === true,
    smallLimits: random.chance(0.3),
  };
}
