import { createHash } from "node:crypto";
import type { Anomaly } from "../../shared/events/anomaly.v1.ts";
import { hourStart } from "../../shared/events/event-time.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import type { Change } from "./compare-findings.ts";
import { describeChange } from "./describe-change.ts";

const hourMs = 3_600_000;
/** Of the text of a key in words: a link may have thousands of characters. */
const shownCharacters = 200;

/**
 * The row of something that is said of a stream's total, or of one of its keys: the same for the same
 * closing, whenever and how often it is made.
 */
export function describeAnomaly(
  change: Change,
  stream: Pick<Stream, "name" | "anomalies">,
  { revision, key }: { revision: number; key?: readonly string[] },
): Anomaly {
  const { hour, since, state, direction, actual, expected, low, high, score } = change;
  const counted =
    key === undefined
      ? `events of ${stream.name}`
      : `${stream.anomalies.of} of ${shorten(key.join(" "))}`;
  return {
    stream: stream.name,
    ...(key !== undefined && { key: nameOf(key) }),
    hour: startOf(hour),
    revision,
    state,
    incident: incidentOf(stream.name, startOf(since), key),
    since: startOf(since),
    direction,
    actual,
    expected: round(expected),
    usual_low: Math.ceil(low),
    usual_high: Math.max(Math.ceil(low), Math.floor(high)),
    score: round(score),
    reason: describeChange(change, counted),
  };
}

/** A key of one field is that field, a key of several is a JSON array of them. */
const nameOf = (key: readonly string[]): string =>
  key.length === 1 ? (key[0] ?? "") : JSON.stringify(key);

function incidentOf(stream: string, since: string, key: readonly string[] | undefined): string {
  if (key === undefined) return `${stream}/${since}`;
  const hash = createHash("sha256").update(nameOf(key)).digest("hex").slice(0, 16);
  return `${stream}/${since}/${hash}`;
}

const startOf = (hour: number): Anomaly["hour"] =>
  hourStart.parse(new Date(hour * hourMs).toISOString().replace(".000Z", "Z"));

const shorten = (text: string): string =>
  text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;

const round = (value: number): number => Math.round(value * 100) / 100;
