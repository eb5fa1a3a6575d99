import { expect, test } from "vitest";
import { createHandler } from "../../../../functions/normalize-logs/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const treatAddress = (address: string, day: string) => `${day} ${address.length}`;

test("publishes entries, and keeps what is none with its original bytes", async () => {
  const published = new Map<string, { schema: string; lines: unknown[] }>();
  const logged: object[] = [];
  const handle = createHandler({
    publish: async (topic, schema, lines) => {
      if (lines.length === 0) return;
      published.set(topic, { schema, lines: lines.map((line): unknown => JSON.parse(line)) });
    },
    treatAddress,
    now: () => now,
    log: { info: (counts, message) => logged.push({ message, ...counts }) },
    config: { functionVersion: "v1" },
  });
  const lines = [
    '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?b=1 HTTP/1.0" 200 2326',
    "#Software: none",
    "no line of a log",
  ];
  await handle(messagePublished(lines.join("\n"), "log-lines"));

  expect(logged).toEqual([{ message: "normalized", entries: 1, directives: 1, failed: 1 }]);
  expect(published.get("log-entries")).toEqual({
    schema: "log-entries.v1",
    lines: [
      {
        id: expect.stringMatching(/^log:[\w-]{22}\/0$/),
        event_time: "2000-10-10T20:55:36.000Z",
        service: "-",
        host: "-",
        status: "200",
        outcome: "ok",
        bytes: 2_326,
        method: "GET",
        path: "/a.gif",
        user: "frank",
      },
    ],
  });
  expect(published.get("failed-events")?.schema).toBe("failed-event.v1");
  expect(published.get("failed-events")?.lines).toMatchObject([
    {
      stage: "normalize-logs",
      reason: "unknown-shape",
      position: "records[2]",
      original: Buffer.from("no line of a log").toString("base64"),
    },
  ]);
});

test("is not acknowledged when something of it is not safe", async () => {
  for (const line of ["none", '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1']) {
    const handle = createHandler({
      publish: async (_topic, _schema, lines) => {
        if (lines.length > 0) throw new Error("unavailable");
      },
      treatAddress,
      now: () => now,
      log: { info: () => undefined },
      config: { functionVersion: "v1" },
    });
    await expect(handle(messagePublished(line, "log-lines"))).rejects.toThrow("unavailable");
  }
});
