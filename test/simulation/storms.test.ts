import { describe, expect, test } from "vitest";
import { createRandom } from "../support/create-random.ts";
import { membersOf } from "./count-hours.ts";
import { calm, frequentClosings, type Storm, worst } from "./draw-storm.ts";
import { generateInput } from "./generate-input.ts";
import { type Run, runSeed } from "./run-seed.ts";
import { type Sighting, sightings } from "./sightings.ts";

const runs = new Map<string, Promise<Run>>();
/** A run of seed 1 in a storm of these rates alone; of the same rates it is the same one. */
const runWith = (rates: Partial<Storm>): Promise<Run> => {
  const name = JSON.stringify(rates);
  const run = runs.get(name) ?? runSeed({ seed: 1, events: 200, storm: { ...calm, ...rates } });
  runs.set(name, run);
  return run;
};
const inputOf = (rates: Partial<Storm>) =>
  generateInput(createRandom(1 + 0x1_0000_0000), 200, { ...calm, ...rates });

/** In a calm, too: some calls are slow, and files of hours are written by whom much happens to. */
const always: readonly Sighting[] = [
  "a call took seconds",
  "a call of an export failed before its effect",
  "a call of an export failed after its effect",
  "an instance died in an export",
];

const outage: Partial<Storm> = { outageFromMs: 0, maxDeliveryAttempts: 5 };
const closings: Partial<Storm> = {
  ...frequentClosings,
  twoClosers: 0,
  closingsDuringAppends: 0,
  lateEvents: 0.6,
  repeats: 0.3,
};
const lostAnswers: Partial<Storm> = { webhooks: true, lostAcknowledgements: 0.3, failures: 0.1 };

/** A kind of storm, all that is seen of it, and what else shows that it was there. */
type Kind = {
  rates: Partial<Storm>;
  seen: Sighting[];
  also?: (run: Run) => void | Promise<void>;
};

const kinds: Record<string, Kind> = {
  "none at all: each message comes once, and each item has one receipt": {
    rates: {},
    seen: [],
    also: (run) => {
      expect([run.faults, run.messages]).toEqual([[], run.published]);
      expect(receipts(run).rows).toBe(receipts(run).places);
    },
  },
  "messages that come twice": {
    rates: { duplicates: 0.3 },
    seen: [
      "a message came again after its acknowledgement",
      "two live instances had one message in hand",
    ],
    also: (run) => {
      expectOneDeliveryMoreForEachFault(run);
      const later = run.sightings.get("a message came again after its acknowledgement") ?? 0;
      const atOnce = run.sightings.get("two live instances had one message in hand") ?? 0;
      expect([atOnce > 10, later > 10, atOnce + later]).toEqual([true, true, run.faults.length]);
    },
  },
  "acknowledgements that are lost": {
    rates: { lostAcknowledgements: 0.3 },
    seen: ["a message came again after its acknowledgement was lost"],
    also: expectOneDeliveryMoreForEachFault,
  },
  "calls that fail": {
    rates: { failures: 0.2 },
    seen: ["a call failed before its effect", "a message came again after a failure"],
    also: (run) => expect(run.faults.join()).toContain(" failures at append-rows.append posts"),
  },
  "calls that fail when all is done": {
    rates: { lateFailures: 0.2 },
    seen: ["a call failed after its effect", "a message came again after a failure"],
    also: expectReceiptsTwice,
  },
  "instances that die before an effect": {
    rates: { crashPoint: "append-rows.append posts, before" },
    seen: [
      "a call arrived after its instance had died",
      "a message came again after its instance died",
      "an instance died before the effect of a call",
    ],
    also: ({ deaths }) => expect([...deaths]).toEqual([["append-rows.append posts, before", 6]]),
  },
  "instances that die after an effect": {
    rates: { crashPoint: "append-rows.append posts, after" },
    seen: [
      "a call arrived after its instance had died",
      "a message came again after its instance died",
      "an instance died after the effect of a call",
    ],
    also: (run) => {
      expect([...run.deaths]).toEqual([["append-rows.append posts, after", 6]]);
      expectReceiptsTwice(run);
    },
  },
  "instances that die when all is done": {
    rates: { crashPoint: "append-rows.acknowledge, before" },
    seen: [
      "a message came again after its instance died",
      "an instance died before its acknowledgement",
    ],
    also: ({ deaths }) => expect([...deaths]).toEqual([["append-rows.acknowledge, before", 6]]),
  },
  "rows that are refused, kept and sent again": {
    rates: { refusals: 0.1 },
    seen: ["a failed event was sent again", "rows were refused"],
    also: (run) => {
      const refused = failuresOf(run, "row-refused").length;
      expect(refused).toBeGreaterThan(0);
      expect(run.sightings.get("a failed event was sent again")).toBeGreaterThanOrEqual(refused);
    },
  },
  "a warehouse that is gone: messages are given up, kept and sent again": {
    rates: outage,
    seen: [
      "a failed event was sent again",
      "a message became a dead letter",
      "a message came again after a failure",
      "a topic was held back",
      "rows came while the warehouse was gone",
    ],
    also: (run) => {
      expect(run.faults).toEqual([]);
      expect(new Set(failuresOf(run, "retries-exhausted").map(({ parts }) => parts))).toEqual(
        new Set([1]),
      );
    },
  },
  "the same where limits are small: what is given up has parts": {
    rates: { ...outage, smallLimits: true },
    seen: [
      "a failed event was sent again",
      "a failed event was sent again in parts",
      "a message became a dead letter",
      "a message came again after a failure",
      "a message overtook another",
      "a topic was held back",
      "rows came while the warehouse was gone",
    ],
    also: (run) => {
      const given = failuresOf(run, "retries-exhausted");
      expect(given.filter(({ parts }) => Number(parts) > 1).length).toBeGreaterThan(20);
    },
  },
  "limits that are small: appends are more, and of as many rows": {
    rates: { smallLimits: true },
    seen: [],
    also: async (run) => {
      const wide = await runWith({});
      expect(run.rows("posts").length).toBe(wide.rows("posts").length);
      expect(run.appends).toBeGreaterThan(1.5 * wide.appends);
    },
  },
  poison: {
    rates: { poison: 0.05 },
    seen: ["a failed event was sent again"],
    also: ({ sightings }) =>
      expect(sightings.get("a failed event was sent again")).toBeGreaterThan(10),
  },
  "another order": {
    rates: { shuffleMs: 60_000 },
    seen: ["a message overtook another"],
  },
  "events that are late by days": {
    rates: { lateEvents: 0.5 },
    seen: [],
    also: async (run) => {
      expect(daysOf(await runWith({}))).toBeLessThanOrEqual(2);
      expect(daysOf(run)).toBeGreaterThan(5);
    },
  },
  "two releases at once": {
    rates: { mixedVersions: true },
    seen: ["the next release published"],
    also: async (run) => {
      expect(rulesOf(await runWith({}))).toEqual(new Set(["02"]));
      expect(rulesOf(run)).toEqual(new Set(["02", "03"]));
    },
  },
  files: {
    rates: { objects: true },
    seen: ["a file was loaded", "a file was refused"],
  },
  "files that are loaded twice at once": {
    rates: { objects: true, duplicates: 1 },
    seen: [
      "a file was loaded",
      "a file was refused",
      "a message came again after its acknowledgement",
      "two live instances had one message in hand",
    ],
  },
  "files whose readings break off": {
    rates: { objects: true, breakOffs: 1, maxDeliveryAttempts: 5 },
    seen: [
      "a failed event was sent again",
      "a file was loaded",
      "a file was refused",
      "a message became a dead letter",
      "a message came again after a failure",
      "a reading of a file broke off",
      "a topic was held back",
    ],
  },
  "webhooks of both schemes, and of forgers": {
    rates: { webhooks: true },
    seen: [
      "a forged webhook was refused",
      "a webhook of an old secret was taken",
      "a webhook was taken",
    ],
    also: (run) => {
      expectAllWebhooks(run, { webhooks: true });
      const { webhooks } = inputOf({ webhooks: true });
      expect(new Set(webhooks.map(({ scheme }) => scheme))).toEqual(new Set(["x", "standard"]));
      expect(run.posts).toBe(webhooks.length);
    },
  },
  "webhooks that are posted until their senders hear that they are taken": {
    rates: lostAnswers,
    seen: [
      "a call failed before its effect",
      "a forged webhook was refused",
      "a message came again after a failure",
      "a message came again after its acknowledgement was lost",
      "a webhook of an old secret was taken",
      "a webhook was posted again",
      "a webhook was taken",
    ],
    also: async (run) => {
      expectAllWebhooks(run, lostAnswers);
      expect(run.faults.join()).toContain(" failures at receive-webhook.publish");
      expect(run.faults.join()).toContain(" lostAcknowledgements at msg_");
      // Each answer that is lost is a body that is published once more.
      const heard = await runWith({ webhooks: true });
      expect(receipts(run).rows).toBeGreaterThan(receipts(heard).rows);
    },
  },
  "webhooks whose answers are lost": {
    rates: { webhooks: true, lostAcknowledgements: 0.3 },
    seen: [
      "a forged webhook was refused",
      "a message came again after its acknowledgement was lost",
      "a webhook of an old secret was taken",
      "a webhook was posted again",
      "a webhook was taken",
    ],
  },
  "webhooks that are posted twice": {
    rates: { webhooks: true, duplicates: 1 },
    seen: [
      "a forged webhook was refused",
      "a message came again after its acknowledgement",
      "a webhook of an old secret was taken",
      "a webhook was posted again",
      "a webhook was taken",
      "two live instances had one message in hand",
    ],
    also: ({ posts }) => expect(posts).toBe(2 * inputOf({ webhooks: true }).webhooks.length),
  },
  "hours that are closed again when more of them comes": {
    rates: closings,
    seen: ["an hour was closed once more"],
    also: ({ sightings }) =>
      expect(sightings.get("an hour was closed once more")).toBeGreaterThan(5),
  },
  "hours that two close at once": {
    rates: { ...closings, twoClosers: 1 },
    seen: ["an hour was closed once more", "two closings ran at once"],
    also: ({ sightings }) => expect(sightings.get("two closings ran at once")).toBeGreaterThan(5),
  },
  "hours that are closed while their rows are on their way": {
    rates: { ...closings, closingsDuringAppends: 10 },
    seen: [
      "an hour was closed once more",
      "rows landed that a closing had missed",
      "two closings ran at once",
    ],
  },
  "closings that fail": {
    rates: { ...closings, failures: 0.1 },
    seen: [
      "a call failed before its effect",
      "a closing failed",
      "a message came again after a failure",
      "an hour was closed once more",
    ],
  },
  "closings that die when their totals are written": {
    rates: { ...closings, crashPoint: "close-hours.write totals, after" },
    seen: [
      "a closing died",
      "an hour was closed once more",
      "an instance died after the effect of a call",
    ],
  },
  "counts that are all taken back, and counted again from the archive": {
    rates: { replays: true },
    seen: ["a message was sent again from the archive", "the archive had a message twice"],
  },
};

describe("a storm does what it is for, and nothing else", () => {
  test.each(Object.entries(kinds))("%s", async (_, { rates, seen, also }) => {
    const run = await runWith(rates);
    expect(run.problems).toEqual([]);
    const others = [...run.sightings.keys()].filter((sighting) => !always.includes(sighting));
    expect(others.toSorted()).toEqual(seen);
    await also?.(run);
  });

  test("the worst is all of it, and exact, too", async () => {
    const run = await runSeed({ seed: 1, events: 200, storm: worst });
    expect([run.problems, run.isExact, run.errors]).toEqual([[], true, []]);
    expect(run.deaths.size).toBeGreaterThan(10);
    // At these rates no closing comes to its end.
    expect(sightings.filter((sighting) => !run.sightings.has(sighting))).toEqual([
      "an hour was closed once more",
      "rows landed that a closing had missed",
      "a call of an export failed before its effect",
      "a call of an export failed after its effect",
      "an instance died in an export",
    ]);
    expect(run.messages).toBeGreaterThan(5 * (await runWith({})).messages);
  });
});

function receipts({ rows }: Run) {
  const places = rows("posts").map(({ message_id, position }) =>
    [message_id, position].map(String).join(" "),
  );
  return { rows: places.length, places: new Set(places).size };
}

function expectReceiptsTwice(run: Run): void {
  expect(receipts(run).rows).toBeGreaterThan(receipts(run).places);
}

function expectOneDeliveryMoreForEachFault(run: Run): void {
  expect(run.faults.length).toBeGreaterThan(10);
  expect(run.messages).toBe(run.published + run.faults.length);
  expectReceiptsTwice(run);
}

function expectAllWebhooks({ received }: Run, rates: Partial<Storm>): void {
  const honest = inputOf(rates).webhooks.filter(({ isForged }) => !isForged);
  expect(received).toBe(honest.length);
}

function failuresOf({ rows }: Run, wanted: string) {
  return rows("failed_events").filter(({ reason }) => reason === wanted);
}

/** On how many days events were counted. */
function daysOf({ rows }: Run): number {
  return new Set(rows("url_hour_increments").map(({ hour }) => String(hour).slice(0, 10))).size;
}

/** Versions of the rules by which events were counted. */
function rulesOf({ rows }: Run): Set<string> {
  const members = rows("url_hour_increments").flatMap(membersOf);
  return new Set(members.map(({ revision }) => String(revision).slice(0, 2)));
}
