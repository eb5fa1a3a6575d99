import type { ClosingTools } from "../../functions/close-hours/close-stream.ts";
import { dayMs, hourMs } from "../../functions/close-hours/plan-closing.ts";
import type { HourCell } from "./count-hours.ts";
import { countOpen, countTotals, newestHeaders, viewHours } from "./count-totals.ts";
import { findTouched } from "./create-closing-tables.ts";
import { calm, failingClosings, frequentClosings } from "./draw-storm.ts";
import type { Twists } from "./functions-under-test.ts";
import type { PlantedFault } from "./planted-fault.ts";

/** Hours that are closed again and again, an hour apart: what one closing misses, no other makes good. */
const closing = {
  ...calm,
  ...frequentClosings,
  closeEveryMs: hourMs,
  lateEvents: 0.5,
  repeats: 0.3,
};
/** Where few calls fail, a closing gets to its end without some. */
const failingRarely = { ...closing, failures: 0.03 };

/** Hours that are closed soon after they end, of events that come when they happen. */
const inOrder = { ...calm, ...frequentClosings, repeats: 0.3 };

/** Input that comes over a day: a closing has few hours, and what it misses stays as it is. */
const slowly = { ...calm, closings: 60, closeEveryMs: hourMs / 6, paceMs: (hourMs / 3) * 2 };

type Queries = ClosingTools["warehouse"];

/** Other queries than those of the function; `tools` are those that it has. */
const changeQueries = (
  change: (queries: Queries, tools: ClosingTools) => Partial<Queries>,
): Twists => ({
  close: (tools) => ({
    ...tools,
    warehouse: { ...tools.warehouse, ...change(tools.warehouse, tools) },
  }),
});

const changeTelling = (change: (publish: ClosingTools["publish"]) => ClosingTools["publish"]) => ({
  close: (tools: ClosingTools) => ({ ...tools, publish: change(tools.publish) }),
});

const changeTopic = (
  topic: "hours-closed" | "append-closings",
  change: (publish: ClosingTools["publish"]) => ClosingTools["publish"],
): Twists =>
  changeTelling((publish) => {
    const changed = change(publish);
    return (to, ...rest) => (to === topic ? changed(to, ...rest) : publish(to, ...rest));
  });

/** Hours that a closing must write, and does not, or not as they are. */
const wrongTotals: readonly PlantedFault[] = [
  {
    name: "keeps how far it has closed before the totals are written",
    sign: "staleHours",
    storm: failingRarely,
    twists: changeQueries(({ findTouched }, { publish, now }) => ({
      findTouched: async (stream, window) => {
        const found = await findTouched(stream, window);
        const watermark = new Date(now()).toISOString();
        const closing = { stream: stream.name, watermark, hours: 0, bytes_billed: 0 };
        await publish("append-closings", "closing.v1", [JSON.stringify(closing)]);
        return found;
      },
    })),
  },
  {
    name: "swallows errors of writing totals",
    sign: "staleHours",
    seed: 2,
    storm: { ...slowly, failures: 0.05 },
    twists: changeQueries(({ writeTotals }) => ({
      writeTotals: (...asked) =>
        writeTotals(...asked).catch(() => ({ answer: undefined, bytesBilled: 0 })),
    })),
  },
  {
    name: "does not wait for its totals",
    sign: "untoldHours",
    storm: failingRarely,
    twists: changeQueries(({ writeTotals }) => ({
      writeTotals: async (...asked) => {
        void writeTotals(...asked).catch(() => undefined);
        return { answer: undefined, bytesBilled: 0 };
      },
    })),
  },
  {
    name: "looks for what has landed since the last closing, and not before",
    sign: "staleHours",
    storm: { ...closing, closingsDuringAppends: 1_000 },
    twists: changeQueries(({ readWatermarks, findTouched }) => {
      let watermark = 0;
      return {
        readWatermarks: async (since) => {
          const found = await readWatermarks(since);
          watermark = Math.max(0, ...found.answer.values());
          return found;
        },
        findTouched: async (stream, window) => {
          const found = await findTouched(stream, window);
          const answer = found.answer.filter(
            ({ hour, lastLandedAt }) => lastLandedAt >= watermark || hour + hourMs > watermark,
          );
          return { ...found, answer };
        },
      };
    }),
  },
  {
    name: "forgets hours that were open at the last closing",
    sign: "staleHours",
    twists: changeQueries(({ readWatermarks, findTouched }) => {
      let watermark = 0;
      return {
        readWatermarks: async (since) => {
          const found = await readWatermarks(since);
          watermark = Math.max(0, ...found.answer.values());
          return found;
        },
        findTouched: (stream, window) =>
          findTouched(stream, { ...window, since: Math.max(window.since, watermark) }),
      };
    }),
  },
  {
    name: "does not look for the hours of deletes",
    sign: "staleHours",
    seed: 4,
    storm: inOrder,
    closingRules: {
      find: (tables, window) => findTouched({ ...tables, tombstones: [] }, window),
    },
  },
  {
    name: "looks for deleted posts where their ids say that they are",
    sign: "staleHours",
    seed: 8,
    storm: inOrder,
    twists: changeQueries(({ findTouched }) => ({
      findTouched: (stream, { since, from, to }) => findTouched(stream, { since, from, to }),
    })),
  },
  {
    name: "counts an hour from what is new in it",
    sign: "staleHours",
    storm: inOrder,
    twists: changeQueries(({ findTouched, writeTotals }) => {
      let since = 0;
      return {
        findTouched: (stream, window) => {
          ({ since } = window);
          return findTouched(stream, window);
        },
        writeTotals: (stream, totals) => writeTotals(stream, { ...totals, landedFrom: since }),
      };
    }),
  },
  {
    name: "counts an hour without what was deleted in it before",
    sign: "staleHours",
    storm: closing,
    twists: changeQueries(({ writeTotals }) => ({
      writeTotals: (stream, totals) =>
        writeTotals(stream, { ...totals, deletedFrom: totals.watermark - hourMs / 2 }),
    })),
  },
  {
    name: "looks back for a day at most",
    sign: "staleHours",
    twists: changeQueries(({ findTouched }, { now }) => ({
      findTouched: (stream, window) =>
        findTouched(stream, { ...window, since: Math.max(window.since, now() - dayMs) }),
    })),
  },
  {
    name: "closes the last of its hours only",
    sign: "staleHours",
    storm: closing,
    twists: changeQueries(({ writeTotals }) => ({
      writeTotals: (stream, totals) =>
        writeTotals(stream, { ...totals, hours: totals.hours.slice(-1) }),
    })),
  },
  {
    name: "writes totals without their header",
    sign: "staleHours",
    storm: closing,
    closingRules: { count: (...asked) => ({ ...countTotals(...asked), headers: [] }) },
  },
  {
    name: "leaves headers out of hours without keys",
    sign: "staleHours",
    seed: 6,
    storm: closing,
    closingRules: {
      count: (...asked) => {
        const { headers, cells } = countTotals(...asked);
        return { headers: headers.filter(({ keys }) => keys > 0), cells };
      },
    },
  },
  {
    name: "takes the number of events for all that can change in an hour",
    sign: "staleHours",
    storm: closing,
    closingRules: {
      count: (tables, totals, closing) => {
        const written = countTotals(tables, totals, closing);
        const before = newestHeaders(totals);
        const headers = written.headers.filter(
          ({ hour, events }) => before.get(hour)?.events !== events,
        );
        const kept = new Set(headers.map(({ hour }) => hour));
        return { headers, cells: written.cells.filter(({ hour }) => kept.has(hour)) };
      },
    },
  },
  {
    name: "writes hours again that have not changed",
    sign: "rewrittenHours",
    closingRules: {
      count: (tables, _, closing) => countTotals(tables, { headers: [], cells: [] }, closing),
    },
  },
];

/** Totals that are right, and shown wrongly. */
const wrongView: readonly PlantedFault[] = [
  {
    name: "lets the first closing of an hour win",
    sign: "staleHours",
    closingRules: {
      view: (tables, { headers, cells }, now) => {
        const backwards = <Row extends { revision: number }>(row: Row): Row => ({
          ...row,
          revision: Number.MAX_SAFE_INTEGER - row.revision,
        });
        return viewHours(
          tables,
          { headers: headers.map(backwards), cells: cells.map(backwards) },
          now,
        );
      },
    },
  },
  {
    name: "adds up what two closings say of an hour",
    sign: "staleHours",
    closingRules: {
      view: (tables, totals, now) => {
        const closed = new Set(totals.headers.map(({ hour }) => hour));
        const open = viewHours(tables, totals, now).filter(
          ({ hour }) => !closed.has(Date.parse(hour)),
        );
        return addUp([...totals.cells.map(({ cell }) => cell), ...open]);
      },
    },
  },
  {
    name: "counts late events in the totals and once more as open",
    sign: "staleHours",
    closingRules: {
      view: (tables, totals, now) => {
        const late = countOpen(tables, now);
        return addUp([...viewHours(tables, totals, now), ...late]);
      },
    },
  },
  {
    name: "shows of each key its newest closing, and so keys that are gone",
    sign: "staleHours",
    closingRules: {
      view: (tables, totals, now) => {
        const newest = new Map<string, (typeof totals.cells)[number]>();
        for (const row of totals.cells) {
          const name = `${row.hour} ${row.cell.url_key}`;
          if (row.revision >= (newest.get(name)?.revision ?? 0)) newest.set(name, row);
        }
        const closed = new Set(totals.headers.map(({ hour }) => hour));
        const open = viewHours(tables, totals, now).filter(
          ({ hour }) => !closed.has(Date.parse(hour)),
        );
        return [...[...newest.values()].map(({ cell }) => cell), ...open];
      },
    },
  },
];

/** Totals that are there, and nobody hears of them; or hears too early. */
const wrongTelling: readonly PlantedFault[] = [
  {
    name: "tells of hours before their totals are written",
    sign: "untoldHours",
    twists: changeQueries(({ writeTotals }, { publish }) => ({
      writeTotals: async (stream, totals) => {
        const lines = totals.hours.map((hour) =>
          JSON.stringify({
            stream: stream.name,
            hour: `${new Date(hour).toISOString().slice(0, 13)}:00:00Z`,
            revision: totals.revision,
            keys: 1,
            events: 1,
            late: 0,
          }),
        );
        await publish("hours-closed", "hours-closed.v1", lines);
        return writeTotals(stream, totals);
      },
    })),
  },
  {
    name: "tells nobody of hours that it closes",
    sign: "untoldHours",
    twists: changeTopic("hours-closed", () => async () => undefined),
  },
  {
    name: "swallows errors of telling",
    sign: "untoldHours",
    storm: failingRarely,
    twists: changeTopic(
      "hours-closed",
      (publish) =>
        (...told) =>
          publish(...told).catch(() => undefined),
    ),
  },
  {
    name: "tells of the first hour only",
    sign: "untoldHours",
    twists: changeTopic(
      "hours-closed",
      (publish) => (topic, schema, lines) => publish(topic, schema, lines.slice(0, 1)),
    ),
  },
  {
    name: "does not tell what a closing has written that was killed before it could",
    sign: "untoldHours",
    storm: failingClosings,
    twists: {
      close: (tools) => {
        const own = new Set<number>();
        return {
          ...tools,
          warehouse: {
            ...tools.warehouse,
            writeTotals: (stream, totals) => {
              own.add(totals.revision);
              return tools.warehouse.writeTotals(stream, totals);
            },
          },
          publish: async (topic, schema, lines) => {
            const isOwn = (line: string) =>
              [...own].some((revision) => line.includes(`"revision":${revision},`));
            const told = topic === "hours-closed" ? lines.filter(isOwn) : lines;
            if (told.length > 0) await tools.publish(topic, schema, told);
          },
        };
      },
    },
  },
];

/** Files of hours that are not those of their newest closings. */
const wrongExports: readonly PlantedFault[] = [
  {
    name: "swallows errors of writing a manifest",
    sign: "unexportedHours",
    storm: slowly,
    twists: {
      export: (tools) => ({
        ...tools,
        lake: {
          ...tools.lake,
          writeManifest: (...asked) => tools.lake.writeManifest(...asked).catch(() => true),
        },
      }),
    },
  },
  {
    name: "keeps the manifest of an hour that is closed again",
    sign: "unexportedHours",
    twists: {
      export: (tools) => ({
        ...tools,
        lake: {
          ...tools.lake,
          writeManifest: async (name, manifest, generation) =>
            generation !== undefined || tools.lake.writeManifest(name, manifest, generation),
        },
      }),
    },
  },
];

export const closingFaults: readonly PlantedFault[] = [
  ...wrongTotals,
  ...wrongView,
  ...wrongTelling,
  ...wrongExports,
];

/** Cells of the same hour and key as one, with their mentions added. */
function addUp(cells: readonly HourCell[]): HourCell[] {
  const sums = new Map<string, HourCell>();
  for (const cell of cells) {
    const name = `${cell.hour} ${cell.url_key}`;
    const known = sums.get(name);
    const mentions = (known?.mentions ?? 0) + cell.mentions;
    sums.set(name, { ...(known ?? cell), mentions });
  }
  return [...sums.values()];
}
