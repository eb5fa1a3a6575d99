import { expect, test } from "vitest";
import type { ExportTools } from "../../../functions/export-hours/export-hour.ts";
import { createExporter } from "../../simulation/create-exporter.ts";
import { createScheduler } from "../../simulation/create-scheduler.ts";
import { createRandom } from "../../support/create-random.ts";

const hourMs = 3_600_000;
const start = Date.parse("2026-03-10T00:00:00Z");
const headers = Array.from({ length: 60 }, (_, hour) => ({
  hour: start + hour * hourMs,
  revision: 1,
  watermark: start,
  firstLandedAt: start,
  keys: 3,
  events: 4,
  late: 0,
  fingerprint: "",
}));

/** Tells of 60 hours, each of three keys; how many are wrong in the end, and how many calls failed. */
async function exportAll(isQuiet: boolean, change = (tools: ExportTools) => tools) {
  const scheduler = createScheduler(start, 100_000);
  let failed = 0;
  const counting = (tools: ExportTools): ExportTools => ({
    ...tools,
    lake: {
      ...tools.lake,
      readManifest: (name) =>
        tools.lake.readManifest(name).catch((error: unknown) => {
          failed += 1;
          throw error;
        }),
    },
  });
  const exporter = createExporter({
    scheduler,
    random: createRandom(1),
    isQuiet: () => isQuiet,
    countRows: () => 3,
    see: () => undefined,
    twists: { export: (tools) => change(counting(tools)) },
  });
  for (const { hour, revision, keys, events, late } of headers) {
    const closed = { stream: "url-mentions", revision, keys, events, late };
    const time = new Date(hour).toISOString().replace(".000Z", "Z");
    exporter.deliver(Buffer.from(JSON.stringify({ ...closed, hour: time })));
  }
  await scheduler.runUntilIdle();
  return { wrong: exporter.wrongHours(headers), failed };
}

test("hours are there in the end, however often calls fail before", async () => {
  expect(await exportAll(true)).toEqual({ wrong: 0, failed: 0 });
  const { wrong, failed } = await exportAll(false);
  expect([wrong, failed > 3]).toEqual([0, true]);
});

const replacing =
  (change: (...asked: Parameters<ExportTools["lake"]["writeManifest"]>) => object) =>
  ({ lake, ...tools }: ExportTools): ExportTools => ({
    ...tools,
    lake: {
      ...lake,
      writeManifest: (name, manifest, generation) =>
        lake.writeManifest(
          name,
          { ...manifest, ...change(name, manifest, generation) },
          generation,
        ),
    },
  });

test.each<[string, (tools: ExportTools) => ExportTools]>([
  [
    "of files that are not there, beside all that are",
    replacing((_, { files }) => ({ files: [...files, { name: "nowhere", bytes: 1 }] })),
  ],
  ["of no files", replacing(() => ({ files: [] }))],
  ["of another closing", replacing(() => ({ revision: 0 }))],
  ["of other keys", replacing(() => ({ keys: 2 }))],
])("a manifest %s is told", async (_, change) => {
  expect((await exportAll(true, change)).wrong).toBe(60);
});
