import * as z from "zod";
import type { Expected } from "./create-oracle.ts";

/** What the warehouse says, in the shape of the oracle. */
export type Counted = Expected & {
  received: number;
  tweets: number;
  duplicates: number;
  deletes: number;
  failed: number;
};

type DifferingHour = { hour: string; lost: number; unexpected: number; otherwise: number };

export type Verdict = {
  /** Mentions of links, tweets and deletes that are not there. */
  lost: number;
  /** Those that are there, but were never sent, or are counted twice. */
  unexpected: number;
  /** `received` less all that became of it; 0 when nothing is unaccounted for. */
  unaccounted: number;
  failed: number;
  /** Whether the exact view is the same, byte for byte. */
  isIdentical: boolean;
  differingHours: DifferingHour[];
};

const cell = z.looseObject({ hour: z.string(), url_key: z.string(), mentions: z.number() });

/** Compares the warehouse with the oracle. `otherwise` are cells that differ in another column. */
export function judgeCounts(expected: Expected, counted: Counted): Verdict {
  const hours = new Map<string, DifferingHour>();
  const hourOf = (name: string): DifferingHour => {
    const hour = hours.get(name) ?? { hour: name, lost: 0, unexpected: 0, otherwise: 0 };
    hours.set(name, hour);
    return hour;
  };
  const compare = (name: string, should: number, is: number) => {
    if (is < should) hourOf(name).lost += should - is;
    if (is > should) hourOf(name).unexpected += is - should;
  };

  const before = readCells(expected.hours);
  const after = readCells(counted.hours);
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const should = before.get(key);
    const is = after.get(key);
    const hour = should?.hour ?? is?.hour ?? "";
    compare(hour, should?.mentions ?? 0, is?.mentions ?? 0);
    if (should?.mentions === is?.mentions && should?.line !== is?.line) hourOf(hour).otherwise += 1;
  }
  for (const name of Object.keys({ ...expected.items, ...counted.items })) {
    const [, time = ""] = name.split(" ");
    compare(`${time}:00:00Z`, expected.items[name] ?? 0, counted.items[name] ?? 0);
  }
  const differingHours = [...hours.values()].sort((a, b) => (a.hour < b.hour ? -1 : 1));
  const { received, tweets, duplicates, deletes, ignored, failed } = counted;
  return {
    lost:
      sum(differingHours.map(({ lost }) => lost)) + Math.max(0, expected.ignored - counted.ignored),
    unexpected: sum(differingHours.map(({ unexpected }) => unexpected)),
    unaccounted: received - tweets - duplicates - deletes - ignored - failed,
    failed,
    isIdentical: expected.hours.join("\n") === counted.hours.join("\n"),
    differingHours,
  };
}

export const holds = (verdict: Verdict): boolean =>
  verdict.lost === 0 &&
  verdict.unexpected === 0 &&
  verdict.unaccounted === 0 &&
  verdict.failed === 0 &&
  verdict.isIdentical &&
  verdict.differingHours.length === 0;

function readCells(lines: readonly string[]) {
  return new Map(
    lines.map((line) => {
      const { hour, url_key, mentions } = cell.parse(JSON.parse(line));
      return [`${hour} ${url_key}`, { hour, mentions, line }];
    }),
  );
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
