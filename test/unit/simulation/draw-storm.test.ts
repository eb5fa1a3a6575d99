import { describe, expect, test } from "vitest";
import { drawStorm, type Storm } from "../../simulation/draw-storm.ts";
import { suspensionPoints } from "../../simulation/suspension-points.ts";
import { createRandom } from "../../support/create-random.ts";

const storms = Array.from({ length: 4_000 }, (_, index) => {
  const seed = index + 1;
  return drawStorm(seed, createRandom(seed), 1_000);
});
/** Points of one function have rates of their own. */
const others = storms.filter(
  ({ crashPoint = "" }) => !/^(?:record-dead|redrive|load|receive|close)|failed-/.test(crashPoint),
);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const isOfClosings = ({ closings, closingsDuringAppends }: Storm): boolean =>
  closings > 0 && closingsDuringAppends > 0;
const isGivenUp = ({ outageFromMs, maxDeliveryAttempts }: Storm): boolean =>
  outageFromMs !== undefined && maxDeliveryAttempts === 5;

/** Within a tenth of it. */
const expectTenth = (value: number, wanted: number): void =>
  expect(Math.abs(value / wanted - 1), `${value}, not ${wanted}`).toBeLessThan(0.1);
const valuesOf = (name: keyof Storm): number[] => others.map((storm) => Number(storm[name] ?? -1));

describe("of the storms that are drawn", () => {
  test.each<[keyof Storm, share: number, average: number, most: number]>([
    ["duplicates", 0.4, 0.125, 0.5],
    ["failures", 0.4, 0.075, 0.3],
    ["lateFailures", 0.4, 0.025, 0.1],
    ["lostAcknowledgements", 0.4, 0.075, 0.3],
    ["refusals", 0.4, 0.025, 0.1],
    ["crashes", 0.4, 0.025, 0.1],
    ["lateEvents", 0.4, 0.125, 0.5],
    ["repeats", 0.4, 0.05, 0.2],
    ["poison", 0.5, 0.025, 0.05],
    ["breakOffs", 0.5, 0.25, 0.5],
    ["mixedVersions", 0.3, 1, 1],
    ["objects", 0.4, 1, 1],
    ["replays", 0.3, 1, 1],
    ["webhooks", 0.3, 1, 1],
    ["smallLimits", 0.3, 1, 1],
    ["outageFromMs", 0.15, 1_800_000, 3_600_000],
    ["closings", 0.75, 14, 24],
    ["closingsDuringAppends", 0.75, 6, 6],
    ["twoClosers", 1, 0.3, 0.3],
  ])("%s: %f have some, %f as a rule and %f at most", (name, share, average, most) => {
    const values = valuesOf(name);
    const some = values.filter((value) => value > 0);
    expectTenth(some.length / values.length, share);
    expectTenth(mean(some), average);
    expectTenth(Math.max(...some), most);
  });

  test.each<[keyof Storm, values: number[]]>([
    ["shuffleMs", [1, 5, 200, 10_000, 1_800_000]],
    ["maxDeliveryAttempts", [5, 20, 100]],
    ["maxLinesPerMessage", [20, 150, 250, 500]],
    ["closings", [0, 6, 12, 24]],
    ["closeEveryMs", [600_000, 1_200_000, 3_600_000]],
    ["paceMs", [120_000, 1_200_000]],
  ])("%s is each of %j in a tenth of them at least", (name, values) => {
    const drawn = Map.groupBy(valuesOf(name), (value) => value);
    expect([...drawn.keys()].toSorted((one, other) => one - other)).toEqual(values);
    for (const [value, { length }] of drawn)
      expect([value, length > others.length / 10]).toEqual([value, true]);
  });

  test.each<[points: RegExp, what: string, has: (storm: Storm) => boolean]>([
    [/^load-object/, "files", ({ objects }) => objects],
    [/^receive-webhook/, "webhooks", ({ webhooks }) => webhooks],
    [/^close-hours/, "closings, some while rows are on their way", isOfClosings],
    [
      /^(?:record-dead-letters|redrive-failures)/,
      "an outage in which messages are given up",
      isGivenUp,
    ],
    [
      /^normalize-(?:bluesky|mastodon)\.publish failed-/,
      "much poison",
      ({ poison }) => poison >= 0.1,
    ],
  ])("all that have their point at %s have %s", (points, _, has) => {
    const found = storms.filter(({ crashPoint = "" }) => points.test(crashPoint));
    expect(found.length).toBeGreaterThan(50);
    expect(found.every(has)).toBe(true);
  });

  test("every other one has a point of its own at which instances die, each in its turn", () => {
    const turns = storms.slice(0, 2 * suspensionPoints.length).map(({ crashPoint }) => crashPoint);
    expect(turns.filter((point) => point !== undefined).toSorted()).toEqual(
      suspensionPoints.toSorted(),
    );
  });
});
