import { collectFailures, type RecordFailure } from "../../shared/codec/collect-failures.ts";
import { type UnpackedRecord, unpackRecords } from "../../shared/codec/unpack-records.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type {
  FailedEvent,
  FailureIssue,
  FailureReason,
} from "../../shared/events/failed-event.v1.ts";
import { issuesOf, rebaseIssues } from "../../shared/events/issues-of.ts";
import type { Table } from "../../shared/rows/table.ts";
import { tables } from "../../shared/rows/tables.ts";
import type { AppendRows, SizedRow } from "./coalesce-rows.ts";

type Dependencies = {
  append: AppendRows;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string; topicPrefix: string };
};

const stage = "append-rows";
const failedEvents = tableNamed("failed_events");

/**
 * Handles one Pub/Sub message whose lines are rows of the table that its topic feeds. Returns, and
 * so acknowledges, only when every row is committed, or kept in `failed_events` with its original
 * bytes; throws when not.
 */
export function createHandler({ append, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const table = tables.find(({ topic }) => config.topicPrefix + topic === delivery.topic);
    if (table === undefined) {
      throw new Error(`topic '${delivery.topic}' feeds no table: check the subscription`);
    }
    const failures = collectFailures(delivery, { stage, ...config });
    const rows: SizedRow[] = [];
    const records: UnpackedRecord[] = [];
    for (const record of unpackRecords(delivery)) {
      const checked = checkRow(table, record);
      if ("row" in checked) {
        rows.push(checked);
        records.push(record);
      } else failures.add(failedRow(record, checked));
    }
    for (const [index, message] of await append(table, rows)) {
      const record = records[index];
      if (record === undefined) continue;
      failures.add(failedRow(record, rowRefused(message)));
    }
    const failed = failures.toEvents();
    await keepFailed(append, failed);
    log.info({ table: table.name, rows: rows.length, failed: failed.length }, "appended");
  };
}

type RowFailure = { reason: FailureReason; issues: FailureIssue[] };

const rowRefused = (message: string): RowFailure => ({
  reason: "row-refused",
  issues: [{ path: "", message: message.slice(0, 1_024) }],
});

function tableNamed(name: string): Table {
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`no table is declared as ${name}`);
  return table;
}

function checkRow(table: Table, record: UnpackedRecord): SizedRow | RowFailure {
  if ("reason" in record) {
    return { reason: record.reason, issues: [{ path: "", message: record.message }] };
  }
  const parsed = table.row.safeParse(record.value);
  if (!parsed.success) return { reason: "invalid-row", issues: issuesOf(parsed.error) };
  const bytes = record.bytes.byteLength;
  const derived = table.derived?.from(parsed.data);
  if (derived === undefined) return { row: parsed.data, bytes };
  return {
    row: { ...parsed.data, ...derived },
    bytes: bytes + Buffer.byteLength(JSON.stringify(derived)),
  };
}

function failedRow(record: UnpackedRecord, failure: RowFailure): RecordFailure {
  const position = `records[${record.line}]`;
  return {
    reason: failure.reason,
    issues: rebaseIssues(failure.issues, position),
    items: 1,
    position,
    original: record.bytes,
    isEncoded: record.isEncoded,
  };
}

/** @throws {Error} when a failed event cannot be stored: then its message must come again. */
async function keepFailed(append: AppendRows, failed: readonly FailedEvent[]): Promise<void> {
  const rows = failed.map((row) => ({ row, bytes: Buffer.byteLength(JSON.stringify(row)) }));
  const refused = await append(failedEvents, rows);
  if (refused.size > 0) throw new Error("BigQuery refuses failed events: check their table");
}
