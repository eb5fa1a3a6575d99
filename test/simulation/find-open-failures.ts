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
 * What view `failed_events_open` and the query of `redrive-failures` say in SQL, said once more: of what
 * was not sent back yet each part once, in order, and only what is whole.
 */
export const findOpenFailures: FindOpenFailures = ({ failedEvents, redrives }, request) => {
  const redriven = new Set(redrives.map((row) => row.failed_event_id));
  const failures = new Map<unknown, Map<unknown, Row>>();
  for (const row of failedEvents) {
    if (row.stage !== request.stage || redriven.has(row.id)) continue;
    if (request.reason !== undefined && row.reason !== request.reason) continue;
    const parts = failures.get(row.id) ?? new Map<unknown, Row>();
    failures.set(row.id, parts.set(row.part, row));
  }
  return [...failures.values()].flatMap((parts) => {
    const inOrder = [...parts.values()].sort((one, other) => Number(one.part) - Number(other.part));
    const [first] = inOrder;
    return first !== undefined && inOrder.length === first.parts ? [join(first, inOrder)] : [];
  });
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
