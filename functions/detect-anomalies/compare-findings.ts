import type { Finding } from "./judge-series.ts";

/** What is newly said of an hour, or taken back. */
export type Change = Omit<Finding, "state"> & { state: Finding["state"] | "withdrawn" };

/**
 * What must be said after something has become known: findings that are new or have changed, and those
 * that are taken back. Nothing is said twice: a bound that has moved a little changes no finding.
 */
export function compareFindings(before: readonly Finding[], now: readonly Finding[]): Change[] {
  const said = new Map(before.map((finding) => [finding.hour, finding]));
  const changes: Change[] = now.filter((finding) => !isSame(said.get(finding.hour), finding));
  for (const { hour } of now) said.delete(hour);
  for (const finding of said.values()) changes.push({ ...finding, state: "withdrawn" });
  return changes.sort((a, b) => a.hour - b.hour);
}

const isSame = (one: Finding | undefined, other: Finding): boolean =>
  one !== undefined &&
  one.state === other.state &&
  one.direction === other.direction &&
  one.since === other.since &&
  one.actual === other.actual;
