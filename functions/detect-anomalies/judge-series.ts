import type { HourState } from "./known-hours.ts";
import { type HourScore, historyHours, scoreHour } from "./score-hour.ts";

/** Counts of successive hours: of a stream, or of one of its keys. */
export type Series = {
  /** The first of them, in hours since 1970, UTC. */
  from: number;
  hours: readonly SeriesHour[];
};

export type SeriesHour = {
  state: HourState;
  count: number;
  /** Whether anything may be said of it: a key is judged only while it is one of the biggest. */
  isJudged: boolean;
};

type Direction = "peak" | "drop" | "missing";

/** What is said of an hour: it opens an incident, is part of one, or is the second usual one after it. */
export type Finding = HourScore & {
  state: "open" | "update" | "closed";
  direction: Direction;
  hour: number;
  /** The hour that opened the incident. */
  since: number;
  actual: number;
};

/** So many usual hours in a row close an incident. */
const usualHours = 2;
/** Incidents that are longer are told from where this begins: by then their level is the usual one. */
export const longestIncidentHours = 72;

/**
 * What is to be said of the hours of a series from hour `from` on, oldest first. An unusual hour opens
 * an incident or is part of one, and the second usual hour in a row closes it. What is said of an hour
 * follows from it and the hours before it alone.
 */
export function judgeSeries(series: Series, from: number, sensitivity: number): Finding[] {
  const judge = createJudge(series, sensitivity);
  const end = series.from + series.hours.length;
  const findings: Finding[] = [];
  let incident: { since: number; direction: Direction; usual: number } | undefined;
  for (let hour = beginOfIncident(judge, from); hour < end; hour++) {
    const judged = judge(hour);
    if (judged === undefined) continue;
    const { isMissing, direction: own, ...score } = judged;
    // What stays away does not become usual by staying away.
    const staysAway = isMissing && incident?.direction === "missing";
    const direction = staysAway ? "missing" : own;
    if (direction !== undefined) {
      const state = incident === undefined ? "open" : "update";
      incident = { since: incident?.since ?? hour, direction, usual: 0 };
      if (hour >= from) findings.push({ ...score, state, direction, hour, since: incident.since });
    } else if (incident !== undefined && ++incident.usual === usualHours) {
      const { since, direction: last } = incident;
      incident = undefined;
      if (hour >= from) findings.push({ ...score, state: "closed", direction: last, hour, since });
    }
  }
  return findings;
}

/** An hour beside what was expected of it; it has no direction where it is usual. */
export type Judged = HourScore & {
  actual: number;
  direction: Direction | undefined;
  isMissing: boolean;
};
/** Undefined for hours of which nothing can be said. */
type Judge = (hour: number) => Judged | undefined;

/** Walks back over an incident that is open before `from`. */
function beginOfIncident(judge: Judge, from: number): number {
  let usual = 0;
  for (let hour = from - 1; hour >= from - longestIncidentHours; hour--) {
    const judged = judge(hour);
    if (judged === undefined) continue;
    usual = judged.direction === undefined ? usual + 1 : 0;
    if (usual === usualHours) return hour;
  }
  return from - longestIncidentHours;
}

/** Scores the hours of a series by themselves, whatever incident they are in; each once. */
export function createJudge({ from, hours }: Series, sensitivity: number): Judge {
  const counts = hours.map(({ count }) => count);
  const begins = hours.map(({ state, count }) => state === "closed" && count > 0);
  const known = new Map<number, Judged | undefined>();
  const judge = (at: number): Judged | undefined => {
    const one = hours[at];
    if (one === undefined || one.state === "awaited" || !one.isJudged) return undefined;
    // What is looked back on begins with the first event in it, wherever the series begins.
    const begin = begins.indexOf(true, Math.max(0, at - historyHours));
    if (begin === -1 || begin >= at) return undefined;
    const score = scoreHour(counts.slice(begin, at), one.count, sensitivity);
    if (score === undefined) return undefined;
    const isMissing = one.state === "missing";
    const direction = directionOf(score.score, isMissing, sensitivity);
    return { ...score, actual: one.count, direction, isMissing };
  };
  return (hour) => {
    if (!known.has(hour)) known.set(hour, judge(hour - from));
    return known.get(hour);
  };
}

function directionOf(
  score: number,
  isMissing: boolean,
  sensitivity: number,
): Direction | undefined {
  if (score >= sensitivity) return "peak";
  if (score > -sensitivity) return undefined;
  return isMissing ? "missing" : "drop";
}
