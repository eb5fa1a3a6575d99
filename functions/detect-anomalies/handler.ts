import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { readClosedHours } from "../../shared/codec/read-closed-hours.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { Anomaly } from "../../shared/events/anomaly.v1.ts";
import type { HoursClosed } from "../../shared/events/hours-closed.v1.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import { describeAnomaly } from "./describe-anomaly.ts";
import type { FindTotals } from "./find-totals.ts";
import type manifest from "./function.json";
import { judgeKey, judgeTotal, type Learned, learnHours, momentsOf } from "./judge-closing.ts";
import { longestIncidentHours } from "./judge-series.ts";
import { bigHours, type KeyCount } from "./key-series.ts";
import { historyHours } from "./score-hour.ts";

type Dependencies = {
  streams: readonly Stream[];
  find: FindTotals;
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string };
};

const hourMs = 3_600_000;
/** An hour that has been missing for longer when it is noticed is of a stream that comes in files. */
const missedHours = 14 * 24;
/** What is said of hours before that is history: nobody needs to be told at once. */
const newsHours = 48;

/**
 * Handles one Pub/Sub message of closed hours. Returns, and so acknowledges, only when everything that
 * must be said of them is published. The same closing makes the same rows, in whatever order and
 * however often it comes: all is judged as it was known when the hours were closed.
 */
export function createHandler(dependencies: Dependencies) {
  const { streams, publish, now, log, config } = dependencies;
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const { closed, failed } = readClosedHours(delivery, {
      stage: "detect-anomalies",
      ...config,
      streams,
    });
    const oldest = Math.floor(now() / hourMs) - historyHours;
    const recent = closed.filter(({ hour }) => hourOf(hour) >= oldest);
    const said: Anomaly[] = [];
    for (const [revision, hours] of Map.groupBy(recent, (one) => one.revision)) {
      said.push(...(await judgeRevision(revision, hours, dependencies)));
    }
    await Promise.all([
      publish("failed-events", "failed-event.v1", jsonLines(failed)),
      publish("anomalies", "anomaly.v1", jsonLines(said)),
    ]);
    const counts = { hours: closed.length, old: closed.length - recent.length };
    log.info({ ...counts, said: said.length, failed: failed.length }, "judged hours");
    for (const { stream, key, state, direction, hour } of said) {
      const isNews = now() - Date.parse(hour) < newsHours * hourMs;
      if (state === "open" && key === undefined && isNews) {
        log.info({ stream, direction, hour, incidents: 1 }, "incident");
      }
    }
  };
}

/** What must be said after hours were closed at a revision: of all streams, because some may be missing. */
async function judgeRevision(
  revision: number,
  closed: readonly HoursClosed[],
  { streams, find }: Dependencies,
): Promise<Anomaly[]> {
  const first = firstOf(closed) - missedHours;
  const closings = await find.closings(first - historyHours - longestIncidentHours);
  const moments = momentsOf(closings.values(), revision);
  // Totals that were there when they were published, and are gone: a table that was made anew.
  if (moments === undefined) return [];
  const said: Anomaly[] = [];
  for (const stream of streams) {
    const learned = learnHours(closings.get(stream.name) ?? [], moments);
    const { sensitivity } = stream.anomalies;
    for (const change of judgeTotal(learned, first, sensitivity)) {
      said.push(describeAnomaly(change, stream, { revision }));
    }
    const own = closed.filter((one) => one.stream === stream.name);
    if (own.length === 0) continue;
    const from = firstOf(own);
    said.push(...(await judgeKeys(stream, { learned, from, revision, find })));
  }
  return said;
}

async function judgeKeys(
  stream: Stream,
  closing: { learned: Learned; from: number; revision: number; find: FindTotals },
): Promise<Anomaly[]> {
  const { learned, from, revision, find } = closing;
  const judgedFrom = from - longestIncidentHours - bigHours;
  const counts = await find.keys(stream, { from: judgedFrom - historyHours, judgedFrom, revision });
  const said: Anomaly[] = [];
  for (const ofKey of Map.groupBy(counts, ({ key }) => JSON.stringify(key)).values()) {
    said.push(...describeKey(ofKey, stream, closing, learned));
  }
  return said;
}

function describeKey(
  counts: KeyCount[],
  stream: Stream,
  { from, revision }: { from: number; revision: number },
  learned: Learned,
): Anomaly[] {
  const key = counts[0]?.key ?? [];
  const changes = judgeKey(counts, learned, from, stream.anomalies.sensitivity);
  return changes.map((change) => describeAnomaly(change, stream, { revision, key }));
}

const hourOf = (start: string): number => Date.parse(start) / hourMs;

const firstOf = (closed: readonly HoursClosed[]): number =>
  Math.min(...closed.map(({ hour }) => hourOf(hour)));
