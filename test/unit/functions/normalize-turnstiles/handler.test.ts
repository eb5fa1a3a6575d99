import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/normalize-turnstiles/config.ts";
import { createHandler } from "../../../../functions/normalize-turnstiles/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2024-02-01T00:00:00Z");

function createPublished() {
  const published = new Map<string, { schema: string; lines: unknown[] }>();
  const logged: object[] = [];
  const handle = createHandler({
    publish: async (topic, schema, lines) => {
      if (lines.length === 0) return;
      published.set(topic, { schema, lines: lines.map((line): unknown => JSON.parse(line)) });
    },
    now: () => now,
    log: { info: (counts, message) => logged.push({ message, ...counts }) },
    config: parseConfig({ GOOGLE_CLOUD_PROJECT: "p", K_REVISION: "v1" }),
  });
  return { handle, published, logged };
}

test("sends increments, registers and what is neither on their ways", async () => {
  const { handle, published, logged } = createPublished();
  const lines = [
    "CA,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS,ID,TIMESTAMP",
    "A001,R001,02-00-00,Test-Station,456NQR,BMT,01-06-24,10:00:05,REGULAR,7,9,m-1,2024-01-06 10:00:05",
    '{"ca":"A002","unit":"R051","scp":"02-00-00","station":"59 ST","linename":"NQR456W","division":"BMT","date":"01/06/2024","time":"03:00:00","desc":"REGULAR","entries":105161,"exits":76217}',
    '{"ca":"A002"}',
    "GET / HTTP/1.1",
  ];
  await handle(messagePublished(lines.join("\n"), "turnstiles"));

  expect(logged).toEqual([
    { message: "normalized", readings: 1, registers: 1, headings: 1, failed: 2 },
  ]);
  expect(published.get("turnstile-readings")).toEqual({
    schema: "turnstile-readings.v1",
    lines: [
      {
        id: "mta:A001/R001/02-00-00/2024-01-06T15:00:05.000Z/m-1",
        event_time: "2024-01-06T15:00:05.000Z",
        utc_offset_minutes: -300,
        ca: "A001",
        unit: "R001",
        scp: "02-00-00",
        station: "Test-Station",
        linename: "456NQR",
        division: "BMT",
        description: "REGULAR",
        entries: 7,
        exits: 9,
      },
    ],
  });
  expect(published.get("append-turnstile-registers")).toEqual({
    schema: "turnstile-register.v1",
    lines: [
      {
        read_at: "2024-01-06T08:00:00.000Z",
        utc_offset_minutes: -300,
        ca: "A002",
        unit: "R051",
        scp: "02-00-00",
        station: "59 ST",
        linename: "NQR456W",
        division: "BMT",
        description: "REGULAR",
        entries: 105161,
        exits: 76217,
      },
    ],
  });
  expect(published.get("failed-events")?.schema).toBe("failed-event.v1");
  expect(published.get("failed-events")?.lines).toMatchObject([
    {
      stage: "normalize-turnstiles",
      function_version: "v1",
      reason: "unknown-shape",
      issues: [{ path: "records[3]", message: "no SCP: not of a turnstile" }],
      original: Buffer.from('{"ca":"A002"}').toString("base64"),
    },
    { reason: "unknown-shape", position: "records[4]" },
  ]);
});

test("is not acknowledged when something of it is not safe", async () => {
  for (const [refused, line] of [
    ["failed-events", "not a line"],
    ["turnstile-readings", "A,R,S,X,1,IRT,01-06-24,10:00:05,REGULAR,7,9,m-1,"],
    ["append-turnstile-registers", "A,R,S,X,1,IRT,01/06/2024,10:00:05,REGULAR,7,9"],
  ] as const) {
    const handle = createHandler({
      publish: async (topic, _, lines) => {
        if (topic === refused && lines.length > 0) throw new Error("unavailable");
      },
      now: () => now,
      log: { info: () => undefined },
      config: { functionVersion: "v1" },
    });
    const delivered = handle(messagePublished(line, "turnstiles"));
    await expect(delivered, refused).rejects.toThrow("unavailable");
  }
});

test("names the variables that are missing", () => {
  expect(() => parseConfig({})).toThrow("GOOGLE_CLOUD_PROJECT");
});
