import type { Failure } from "../../functions/redrive-failures/find-failures.ts";
import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { Row } from "./create-warehouse.ts";

/** A failed event that was not sent back yet, with all its parts; `row` is one of them. */
export type OpenFailure = Failure & { row: Row };

/** What is asked for: failed events of a stage, and of a reason where one is named. */
export type OpenRequest = { stage: string; reason?: FailureReason | undefined; since: string };

/** Failed events that can be sent back, by the rows of the tables. */
export type FindOpenFailures = (
  tables: { failedEvents: readonly Row[]; redrives: readonly Row[] },
  request: OpenRequest,
) => OpenFailure[];

/**
 * What view `failed_events_open` and the query of `redrive-failures` say in SQL, said once more: each
 * part once, those of the newest release first, and only what is whole.
 */
export const findOpenFailures: FindOpenFailures = ({ failedEvents, redrives }, request) => {
  const redriven = new Set(redrives.map((row) => row.failed_event_id));
  const since = Date.parse(request.since);
  const parts = new Map<string, Row>();
  for (const row of failedEvents) {
    if (row.stage !== request.stage || redriven.has(row.id)) continue;
    if (Date.parse(String(row.first_seen)) < since) continue;
    const name = JSON.stringify([row.first_seen, row.id, row.part]);
    const known = parts.get(name);
    if (known === undefined || isShownBefore(row, known)) parts.set(name, row);
  }
  const asked = [...parts.values()].filter(
    ({ reason }) =>
      reason !== "line-too-long" && (request.reason === undefined || reason === request.reason),
  );
  const found: OpenFailure[] = [];
  for (const together of Map.groupBy(asked, ({ id }) => id).values()) {
    const inOrder = together.toSorted((one, other) => Number(one.part) - Number(other.part));
    const [row] = inOrder;
    const most = Math.max(...together.map(({ parts: all }) => Number(all)));
    if (row !== undefined && together.length === most) found.push(join(row, inOrder));
  }
  return found;
};

const isShownBefore = (one: Row, other: Row): boolean => {
  const [version, otherVersion] = [String(one.function_version), String(other.function_version)];
  return version === otherVersion
    ? String(one.reason) < String(other.reason)
    : version > otherVersion;
};

/** A failed event of these parts, in this order. */
export const join = (row: Row, parts: readonly Row[]): OpenFailure => ({
  id: String(row.id),
  sourceTopic: String(row.source_topic),
  attributes: attributesOf(row),
  original: Buffer.concat(parts.map(({ original }) => Buffer.from(String(original), "base64"))),
  row,
});

function attributesOf({ attributes }: Row): Record<string, string> {
  if (!Array.isArray(attributes)) return {};
  const entries = attributes.map(({ name, value }) => [String(name), String(value)]);
  return Object.fromEntries(entries);
}
