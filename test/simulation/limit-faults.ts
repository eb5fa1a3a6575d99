import type { SizedRow } from "../../functions/append-rows/coalesce-rows.ts";
import type { Row } from "./create-warehouse.ts";
import { calm } from "./draw-storm.ts";
import { findOpenFailures, join } from "./find-open-failures.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { changeRows } from "./twist-ports.ts";

const narrow = { ...calm, smallLimits: true };
/** Messages are given up, and are kept in parts. */
const outage = { ...narrow, outageFromMs: 0, maxDeliveryAttempts: 5 };

const rowsOf = (chunk: readonly SizedRow[]): Row[] => chunk.map(({ row }) => row);

/** Rows of a request that is more than one append. */
const wrongAppends: readonly PlantedFault[] = [
  {
    name: "appends more than a request may have",
    sign: "unfinished",
    storm: { ...narrow, maxDeliveryAttempts: 5 },
    twists: {
      appendRows: (append, platform) => async (table, rows) => {
        if (table.name !== "tombstones") return append(table, rows);
        await platform.append(table, rowsOf(rows));
        return new Map();
      },
    },
  },
  {
    name: "appends what one request has room for, and drops the rest",
    sign: "lost",
    storm: narrow,
    twists: {
      appendRows: (append, platform) => (table, rows) =>
        append(table, rows.slice(0, platform.limits?.append.rows)),
    },
  },
  {
    name: "tells of several appends what became of the last",
    sign: "missingReceipts",
    storm: { ...narrow, failures: 0.3 },
    twists: {
      appendRows: (append, platform) => async (table, rows) => {
        if (platform.limits === undefined) return append(table, rows);
        const most = platform.limits.append.rows;
        let answer: ReadonlyMap<number, string> = new Map();
        for (let from = 0; from < rows.length; from += most) {
          const isLast = from + most >= rows.length;
          const sent = append(table, rows.slice(from, from + most));
          answer = isLast ? await sent : await sent.catch(() => new Map<number, string>());
        }
        return answer;
      },
    },
  },
];

/** Failed events in parts, not put together as they were. */
const wrongParts: readonly PlantedFault[] = [
  {
    name: "keeps one part of a failed event",
    sign: "lost",
    storm: outage,
    twists: changeRows("failed_events", (rows) => [
      ...new Map(rows.map((row) => [row.id, row])).values(),
    ]),
  },
  {
    name: "puts the parts of a failed event together as they came",
    sign: "wrongFailures",
    storm: { ...outage, failures: 0.3, duplicates: 0.3 },
    findOpen: (tables, request) =>
      findOpenFailures(tables, request).map((found) =>
        join(
          found.row,
          tables.failedEvents.filter(({ id }, at, all) => {
            const isFirst = all.findIndex((one) => one.id === id && one.part === all[at]?.part);
            return id === found.id && isFirst === at;
          }),
        ),
      ),
  },
  {
    name: "sends back the first part of a failed event",
    sign: "wrongFailures",
    storm: outage,
    findOpen: (tables, request) =>
      findOpenFailures(tables, request).map(({ row }) => join(row, [row])),
  },
  {
    name: "sends back a part as often as it came",
    sign: "wrongFailures",
    storm: { ...outage, duplicates: 0.3 },
    findOpen: (tables, request) =>
      findOpenFailures(tables, request).map(({ id, row }) =>
        join(
          row,
          tables.failedEvents
            .filter((one) => one.id === id)
            .toSorted((one, other) => Number(one.part) - Number(other.part)),
        ),
      ),
  },
  {
    name: "sends back a failed event of which parts are on their way",
    sign: "wrongFailures",
    storm: { ...outage, refusals: 0.2 },
    findOpen: (tables, request) =>
      findOpenFailures({ ...tables, failedEvents: asWhole(tables.failedEvents) }, request),
  },
  {
    name: "sends some failed events back that were sent back",
    sign: "unfinished",
    storm: outage,
    findOpen: (tables, request) => {
      const kept = tables.redrives.filter(({ failed_event_id: id }) => !/7\//.test(String(id)));
      return findOpenFailures({ ...tables, redrives: kept }, request);
    },
  },
];

/** Rows that say that what is there is all. */
function asWhole(rows: readonly Row[]): Row[] {
  const parts = Map.groupBy(rows, ({ id }) => id);
  return rows.map((row) => {
    const there = new Set(parts.get(row.id)?.map(({ part }) => part));
    return { ...row, parts: there.size };
  });
}

export const limitFaults: readonly PlantedFault[] = [...wrongAppends, ...wrongParts];
