import { describe, expect, test } from "vitest";
import type { Lake } from "../../../../functions/export-hours/export-hour.ts";
import { createHandler } from "../../../../functions/export-hours/handler.ts";
import { exportSql } from "../../../../functions/export-hours/query-totals.ts";
import type { HourManifest } from "../../../../shared/objects/hour-index.ts";
import { interactions } from "../../../../shared/streams/interactions.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { wordCounts } from "../../../../shared/streams/word-counts.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const folder = "indices/url_hours/dt=2026-01-02/hour=03/";
const streams = [urlMentions, interactions, wordCounts];

type Closed = { stream?: string; hour?: string; revision: number; keys?: number };

const lineOf = ({ stream = "url-mentions", hour = "2026-01-02T03:00:00Z", ...rest }: Closed) =>
  JSON.stringify({ stream, hour, keys: 2, events: 5, late: 0, ...rest });

/** The function on a lake in memory, whose every step may wait, or fail. */
function openTestBed(
  options: { before?: (step: string) => Promise<void> | void; rows?: number } = {},
) {
  const { before = () => undefined, rows = 2 } = options;
  const objects = new Map<string, { content: string; generation: number }>();
  const superseded = new Set<string>();
  const exported: { sortedBy: readonly string[]; files: string }[] = [];
  const published: { topic: string; lines: readonly string[] }[] = [];
  const logged: object[] = [];
  let generations = 0;
  let attempts = 0;
  const put = (name: string, content: string) => {
    generations += 1;
    objects.set(name, { content, generation: generations });
  };
  const lake: Lake = {
    readManifest: async (name) => {
      await before("read");
      const found = objects.get(name);
      if (found === undefined) return undefined;
      const manifest: HourManifest = JSON.parse(found.content);
      return { manifest, generation: String(found.generation) };
    },
    writeManifest: async (name, manifest, generation) => {
      await before("write");
      if (String(objects.get(name)?.generation ?? "") !== (generation ?? "")) return false;
      put(name, JSON.stringify(manifest));
      return true;
    },
    listFiles: async (prefix) => {
      await before("list");
      return [...objects]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { content }]) => ({
          name,
          bytes: content.length,
          isSuperseded: superseded.has(name),
        }));
    },
    supersede: async (file) => {
      await before("supersede");
      superseded.add(file);
    },
  };
  const handle = createHandler({
    streams,
    lake,
    exportTotals: async (_stream, { sortedBy, files }) => {
      await before("export");
      exported.push({ sortedBy, files });
      if (rows > 0) put(files.replace("*", "000000000000"), "rows");
      return { rows, bytesBilled: 10_485_760 };
    },
    publish: async (topic, _schema, lines) => {
      if (lines.length === 0) return;
      await before(`publish ${topic}`);
      published.push({ topic, lines });
    },
    random: { randomUUID: () => `attempt${++attempts}` },
    log: { info: (counts) => void logged.push(counts) },
    config: { functionVersion: "v1" },
  });
  return {
    objects,
    superseded,
    exported,
    published,
    logged,
    tell: (...closed: Closed[]) =>
      handle(messagePublished(closed.map(lineOf).join("\n"), "hours-closed")),
    tellText: (text: string) => handle(messagePublished(text, "hours-closed")),
    manifest: (name = folder): HourManifest =>
      JSON.parse(objects.get(`${name}manifest.json`)?.content ?? "null"),
  };
}

test("the files of a closed hour are written, then the manifest that names them", async () => {
  const steps: string[] = [];
  const bed = openTestBed({ before: (step) => void steps.push(step) });
  await bed.tell({ revision: 7 });
  expect(steps).toEqual(["read", "export", "list", "write"]);
  expect(bed.manifest()).toEqual({
    index: "url_hours",
    hour: "2026-01-02T03:00:00Z",
    revision: 7,
    keys: 2,
    files: [
      {
        name: "indices/url_hours/dt=2026-01-02/hour=03/revision=7/attempt1-000000000000.parquet",
        bytes: 4,
      },
    ],
  });
  expect(bed.logged).toEqual([
    { hours: 1, exported: 1, present: 0, bytesBilled: 10_485_760, failed: 0 },
  ]);
});

test("the same message again exports nothing", async () => {
  const bed = openTestBed();
  await bed.tell({ revision: 7 });
  await bed.tell({ revision: 7 });
  expect(bed.exported).toHaveLength(1);
  expect(bed.superseded.size).toBe(0);
  expect(bed.logged.at(-1)).toMatchObject({ exported: 0, present: 1, bytesBilled: 0 });
});

test("an hour that is closed again has new files beside the old, which are superseded after", async () => {
  const bed = openTestBed();
  await bed.tell({ revision: 7 });
  const [old] = bed.manifest().files;
  await bed.tell({ revision: 9 });
  expect(bed.manifest()).toMatchObject({ revision: 9, files: [{ name: expect.any(String) }] });
  expect(bed.objects.has(old?.name ?? "")).toBe(true);
  expect([...bed.superseded]).toEqual([old?.name]);
});

test("what comes late and is older changes nothing", async () => {
  const bed = openTestBed();
  await bed.tell({ revision: 9 });
  await bed.tell({ revision: 7 });
  expect(bed.manifest().revision).toBe(9);
  expect(bed.exported).toHaveLength(1);
});

test("of two closings of an hour in a message only the last is exported", async () => {
  const bed = openTestBed();
  await bed.tell({ revision: 7 }, { revision: 9 }, { revision: 8 });
  expect(bed.exported).toHaveLength(1);
  expect(bed.manifest().revision).toBe(9);
});

test("two at once: the manifest is that of the greater revision, whichever ends last", async () => {
  for (const order of [
    [7, 9],
    [9, 7],
  ]) {
    // Both have read that there is none before either writes.
    const reads = Promise.withResolvers<void>();
    let reading = 0;
    const bed = openTestBed({
      before: async (step) => {
        if (step !== "read") return;
        reading += 1;
        if (reading === 2) reads.resolve();
        await reads.promise;
      },
    });
    await Promise.all(order.map((revision) => bed.tell({ revision })));
    expect(bed.manifest().revision, String(order)).toBe(9);
    expect(bed.exported).toHaveLength(2);
    const named = bed.manifest().files.map(({ name }) => name);
    expect([...bed.superseded].some((name) => named.includes(name))).toBe(false);
    const files = [...bed.objects.keys()].filter((name) => name.endsWith(".parquet"));
    expect(files.filter((name) => !named.includes(name))).toEqual([...bed.superseded]);
  }
});

test.each(["read", "export", "list", "write", "supersede"])(
  "killed before it could %s, the next delivery goes on",
  async (step) => {
    let isKilled = false;
    const bed = openTestBed({
      before: (at) => {
        if (at !== step || isKilled) return;
        isKilled = true;
        throw new Error("killed");
      },
    });
    if (step === "supersede") {
      await bed.tell({ revision: 7 });
    }
    await expect(bed.tell({ revision: 9 })).rejects.toThrow("killed");
    await bed.tell({ revision: 9 });
    const named = bed.manifest().files.map(({ name }) => name);
    expect(bed.manifest().revision).toBe(9);
    expect(named).toHaveLength(1);
    const files = [...bed.objects.keys()].filter((name) => name.endsWith(".parquet"));
    expect(files.filter((name) => !named.includes(name))).toEqual([...bed.superseded]);
  },
);

test("an hour in which nothing counts any more has a manifest without files", async () => {
  const bed = openTestBed();
  await bed.tell({ revision: 7 });
  await bed.tell({ revision: 9, keys: 0 });
  expect(bed.manifest()).toMatchObject({ revision: 9, keys: 0, files: [] });
  expect(bed.exported).toHaveLength(1);
  expect(bed.superseded.size).toBe(1);
});

test("totals that are not those that were told of are no hour", async () => {
  const bed = openTestBed({ rows: 1 });
  await expect(bed.tell({ revision: 7 })).rejects.toThrow(
    "url-mentions 2026-01-02T03:00:00Z: 1 totals of revision 7, not 2",
  );
  expect(bed.objects.has(`${folder}manifest.json`)).toBe(false);
});

test("a stream has as many indices as it declares", async () => {
  const bed = openTestBed();
  await bed.tell({ stream: "interactions", revision: 7 }, { stream: "word-counts", revision: 7 });
  expect(bed.exported).toEqual([
    {
      sortedBy: ["influencer", "influenced"],
      files: "indices/influencer_hours/dt=2026-01-02/hour=03/revision=7/attempt1-*.parquet",
    },
    {
      sortedBy: ["influenced", "influencer"],
      files: "indices/influenced_hours/dt=2026-01-02/hour=03/revision=7/attempt2-*.parquet",
    },
  ]);
});

test("one hour that fails does not keep the others from being exported", async () => {
  let failing = true;
  const bed = openTestBed({
    before: (step) => {
      if (step !== "export" || !failing) return;
      failing = false;
      throw new Error("unavailable");
    },
  });
  const hours = [3, 4, 5].map((hour) => ({ hour: `2026-01-02T0${hour}:00:00Z`, revision: 7 }));
  await expect(bed.tell(...hours)).rejects.toThrow("unavailable");
  expect(bed.exported).toHaveLength(2);
  await bed.tell(...hours);
  expect(bed.exported).toHaveLength(3);
});

test("a record that is no closed hour is a failed event, and the others are exported", async () => {
  const bed = openTestBed();
  await bed.tellText(`${lineOf({ revision: 7 })}\n{"stream":"nothing"}`);
  expect(bed.manifest().revision).toBe(7);
  expect(bed.published.map(({ topic, lines }) => [topic, lines.length])).toEqual([
    ["failed-events", 1],
  ]);
});

describe("the statement", () => {
  test("exports the keys and the measures of one revision, sorted", () => {
    expect(exportSql(urlMentions, { sortedBy: ["url_key"], uri: "gs://lake/a-*.parquet" })).toBe(
      [
        "EXPORT DATA OPTIONS (uri = 'gs://lake/a-*.parquet', format = 'PARQUET', compression = 'SNAPPY', overwrite = FALSE) AS",
        "SELECT total.url_key, total.mentions, total.authors, total.originals",
        "FROM `${dataset}.url_hour_totals` AS total",
        "WHERE total.hour = @hour AND total.revision = @revision AND total.closing.keys IS NULL",
        "ORDER BY total.url_key",
      ].join("\n"),
    );
  });
});

test("a message is not acknowledged while a record that is no closed hour is not safe", async () => {
  const bed = openTestBed({
    before: (step) => {
      if (step === "publish failed-events") throw new Error("unavailable");
    },
  });
  const told = bed.tellText(`${lineOf({ revision: 7 })}\n{"stream":"nothing"}`);
  await expect(told).rejects.toThrow("unavailable");
});
